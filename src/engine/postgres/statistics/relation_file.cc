#include "engine/postgres/statistics/relation_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <system_error>
#include <vector>

#include "base/descriptor.h"

namespace explaingate::postgres {
namespace {

namespace fs = std::filesystem;

std::unexpected<Error> file_error(const fs::path& path, const char* what) {
  return fail(ErrorKind::kIo, fmt::format("{} {}: {}", what, path.string(), std::generic_category().message(errno)));
}

// src/include/storage/bufpage.h and access/nbtree.h.
constexpr uint32_t kTreeMagic = 0x053162, kTreeVersion = 4;
constexpr uint16_t kLayoutVersion = 4;
constexpr size_t kHeader = 24, kSpecial = 16, kItemPointer = 4, kTuple = 8;
constexpr uint16_t kLeaf = 1, kRoot = 2, kPivot = 0x2000;

template <class Number>
Number number_at(const std::vector<char>& page, size_t offset) {
  Number value;
  std::memcpy(&value, page.data() + offset, sizeof value);
  return value;
}

template <class Number>
void put(std::vector<char>& page, size_t offset, Number value) {
  std::memcpy(page.data() + offset, &value, sizeof value);
}

// The only page of its level: a leaf without entries, or an inner page that leads to block `child`.
std::vector<char> tree_page(size_t block_size, uint32_t level, uint32_t child, bool root) {
  std::vector<char> page(block_size, 0);
  size_t special = block_size - kSpecial, upper = special, lower = kHeader;
  if (level > 0) {
    upper -= kTuple;
    put<uint32_t>(page, lower, static_cast<uint32_t>(upper | (1U << 15U) | (kTuple << 17U)));  // ItemIdData, LP_NORMAL
    lower += kItemPointer;
    put<uint16_t>(page, upper, static_cast<uint16_t>(child >> 16U));  // "minus infinity": no key, the link alone
    put<uint16_t>(page, upper + 2, static_cast<uint16_t>(child & 0xffffU));
    put<uint16_t>(page, upper + 6, static_cast<uint16_t>(kTuple | kPivot));
  }
  put<uint16_t>(page, 12, static_cast<uint16_t>(lower));
  put<uint16_t>(page, 14, static_cast<uint16_t>(upper));
  put<uint16_t>(page, 16, static_cast<uint16_t>(special));
  put<uint16_t>(page, 18, static_cast<uint16_t>(block_size | kLayoutVersion));
  put<uint32_t>(page, special + 8, level);
  put<uint16_t>(page, special + 12, static_cast<uint16_t>((level == 0 ? kLeaf : 0) | (root ? kRoot : 0)));
  return page;
}

Status write_page(int file, const fs::path& path, uint32_t block, const std::vector<char>& page) {
  off_t at = static_cast<off_t>(block) * static_cast<off_t>(page.size());
  if (pwrite(file, page.data(), page.size(), at) != static_cast<ssize_t>(page.size()))
    return file_error(path, "can't write");
  return {};
}

}  // namespace

Status grow_relation(const fs::path& first, double pages, const FileLayout& layout) {
  struct stat kept = {};
  for (int segment = 0; pages > 0; ++segment, pages -= layout.segment_blocks) {
    fs::path path = segment == 0 ? first : fs::path(fmt::format("{}.{}", first.string(), segment));
    Descriptor file(open(path.c_str(), O_WRONLY | O_CLOEXEC | O_NOFOLLOW | (segment == 0 ? 0 : O_CREAT), 0600));
    struct stat now = {};
    if (file.get() < 0 || fstat(file.get(), &now) != 0) return file_error(path, "can't open");
    if (segment == 0) kept = now;
    bool other_owner = now.st_uid != kept.st_uid || now.st_gid != kept.st_gid;
    if (other_owner && fchown(file.get(), kept.st_uid, kept.st_gid) != 0) return file_error(path, "can't give away");
    if (now.st_mode != kept.st_mode && fchmod(file.get(), kept.st_mode & 0777U) != 0)
      return file_error(path, "can't set the mode of");
    auto length = static_cast<off_t>(std::min(pages, layout.segment_blocks) * layout.block_size);
    if (now.st_size < length && ftruncate(file.get(), length) != 0) return file_error(path, "can't grow");
  }
  return {};
}

Status plant_tree(const fs::path& first, int height, const FileLayout& layout) {
  if (height <= 0) return {};
  auto block_size = static_cast<size_t>(layout.block_size);
  Descriptor file(open(first.c_str(), O_RDWR | O_CLOEXEC | O_NOFOLLOW));
  if (file.get() < 0) return file_error(first, "can't open");
  std::vector<char> meta(block_size);
  if (pread(file.get(), meta.data(), meta.size(), 0) != static_cast<ssize_t>(meta.size()))
    return file_error(first, "can't read");
  bool known = number_at<uint16_t>(meta, 18) == (block_size | kLayoutVersion) &&
               number_at<uint32_t>(meta, kHeader) == kTreeMagic &&
               number_at<uint32_t>(meta, kHeader + 4) == kTreeVersion;
  if (!known)
    return fail(ErrorKind::kUnverified, fmt::format("{}: not a B-tree as of PostgreSQL 12 to 18", first.string()));
  if (number_at<uint32_t>(meta, kHeader + 8) != 0) return {};
  auto levels = static_cast<uint32_t>(std::min(height, 20));
  for (uint32_t level = levels + 1; level-- > 0;) {
    uint32_t block = levels - level + 1;
    Status written = write_page(file.get(), first, block, tree_page(block_size, level, block + 1, level == levels));
    if (!written) return written;
  }
  for (size_t root : {size_t{8}, size_t{16}}) {  // btm_root, btm_level; btm_fastroot, btm_fastlevel
    put<uint32_t>(meta, kHeader + root, 1);
    put<uint32_t>(meta, kHeader + root + 4, levels);
  }
  return write_page(file.get(), first, 0, meta);
}

}  // namespace explaingate::postgres
