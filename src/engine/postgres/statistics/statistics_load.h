// Makes an empty copy of a schema look to the planner as large as the statistics say, in two steps:
//
//   1. CREATE DATABASE … TEMPLATE …; before anything connects to it, grow_files(): the planner believes the files
//   2. a superuser's connection to it, write_catalogue(): pg_class, pg_statistic, pg_statistic_ext_data
//
// The other order fails: a server that holds a page of an index in its memory doesn't see what is written to the file.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "engine/postgres/server/connection.h"
#include "engine/postgres/statistics/statistics_numbers.h"

namespace explaingate::postgres {

// `relations` are those of the template: a copy keeps their numbers. `data_folder` is PGDATA, `database` the copy's
// OID. Returns what was left out, one sentence each, sorted. Errors: kIo.
[[nodiscard]] Result<std::vector<std::string>> grow_files(const std::filesystem::path& data_folder, Oid database,
                                                          const Relations& relations, const DatabaseNumbers& numbers);

// Returns what the server didn't take, one sentence each, sorted: values that are none of the column's type leave a
// column with its counts. Errors: those of the connection.
[[nodiscard]] Result<std::vector<std::string>> write_catalogue(Connection& superuser, const Relations& relations,
                                                               const DatabaseNumbers& numbers);

// The one statement that puts relpages, reltuples and relallvisible, for one relation.
[[nodiscard]] std::string class_update(Oid oid, const RelationNumbers& numbers);

// The one statement that puts a column's row of pg_statistic below `owner`, the relation itself or, for a while,
// another.
[[nodiscard]] std::string column_insert(Oid owner, const ColumnNumbers& column, const ColumnInfo& info,
                                        const Relations& relations);

}  // namespace explaingate::postgres
