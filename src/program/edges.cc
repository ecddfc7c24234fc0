#include "program/edges.h"

#include "base/embedded.h"
#include "base/hash.h"

namespace explaingate {

std::string edges_key(const std::vector<ProgramFile>& files, const std::vector<const Digest*>& digests) {
  std::string all(extraction_hash());
  for (size_t i = 0; i < files.size(); ++i) (all += files[i].path).append(1, '\0').append(digests[i]->shape);
  return hash_hex(all);
}

}  // namespace explaingate
