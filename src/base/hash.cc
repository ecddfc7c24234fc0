#include "base/hash.h"

#include <fmt/format.h>
#include <xxhash.h>

namespace explaingate {

std::string hash_hex(std::string_view bytes) {
  XXH128_hash_t hash = XXH3_128bits(bytes.data(), bytes.size());
  return fmt::format("{:016x}{:016x}", hash.high64, hash.low64);
}

std::string hash_fields(std::initializer_list<std::string_view> fields) {
  std::string all;
  for (std::string_view field : fields) all += fmt::format("{}:{};", field.size(), field);
  return hash_hex(all);
}

}  // namespace explaingate
