// PostgreSQL as an Engine: real plans of a real server, over databases that are as large as production and hold no
// rows.
#pragma once

#include <memory>
#include <vector>

#include "engine/engine.h"
#include "engine/postgres/server/cluster.h"

namespace explaingate {

struct PostgresOptions {
  // Shared by all engines of a run; a second engine over the same schema and statistics uses the databases of the
  // first.
  std::shared_ptr<postgres::Cluster> cluster;
};

// Errors are only for what ends a run; a schema statement that fails is in failures(). One engine is for one thread;
// several over one cluster may work at the same time.
[[nodiscard]] Result<std::unique_ptr<Engine>> open_postgres_engine(const std::vector<SchemaStatement>& schema,
                                                                   const EngineOptions& options,
                                                                   const PostgresOptions& postgres);

}  // namespace explaingate
