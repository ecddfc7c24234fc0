#include "base/hash.h"

#include <xxhash.h>

namespace explaingate {

std::string hash_hex(std::string_view bytes) {
  XXH128_hash_t hash = XXH3_128bits(bytes.data(), bytes.size());
  XXH128_canonical_t bytes_in_order;  // the most significant first
  XXH128_canonicalFromHash(&bytes_in_order, hash);
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string hex;
  hex.reserve(2 * sizeof bytes_in_order.digest);
  for (unsigned char byte : bytes_in_order.digest) {
    hex += kDigits[byte >> 4U];
    hex += kDigits[byte & 15U];
  }
  return hex;
}

std::string hash_fields(std::initializer_list<std::string_view> fields) {
  std::string all;
  for (std::string_view field : fields) {
    all += std::to_string(field.size());
    all += ':';
    all += field;
    all += ';';
  }
  return hash_hex(all);
}

}  // namespace explaingate
