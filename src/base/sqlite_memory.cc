#include "base/sqlite_memory.h"

#include <malloc.h>
#include <sqlite3.h>

#include <atomic>
#include <cstdlib>
#include <mutex>

namespace explaingate {
namespace {

// Each thread adds up for itself, and brings its sum into the common count when it has grown this far.
constexpr int64_t kBatch = int64_t{256} << 10;

std::atomic<int64_t> common_bytes{0};
std::atomic<int64_t> most_bytes{0};  // 0 = no limit
thread_local int64_t own_bytes = 0;

void count(int64_t bytes) {
  own_bytes += bytes;
  if (own_bytes < kBatch && own_bytes > -kBatch) return;
  common_bytes.fetch_add(own_bytes, std::memory_order_relaxed);
  own_bytes = 0;
}

bool too_much(int64_t more) {
  int64_t most = most_bytes.load(std::memory_order_relaxed);
  return most > 0 && common_bytes.load(std::memory_order_relaxed) + own_bytes + more > most;
}

int64_t size_of(void* piece) {
  return static_cast<int64_t>(malloc_usable_size(piece));
}

void* allocate(int size) {
  if (too_much(size)) return nullptr;
  void* piece = std::malloc(static_cast<size_t>(size));
  if (piece != nullptr) count(size_of(piece));
  return piece;
}

void release(void* piece) {
  count(-size_of(piece));
  std::free(piece);
}

void* resize(void* piece, int size) {
  int64_t before = size_of(piece);
  if (too_much(size - before)) return nullptr;
  void* moved = std::realloc(piece, static_cast<size_t>(size));
  if (moved != nullptr) count(size_of(moved) - before);
  return moved;
}

int size(void* piece) {
  return piece == nullptr ? 0 : static_cast<int>(size_of(piece));
}
int round_up(int size) {
  return (size + 7) & ~7;
}
int start(void*) {
  return SQLITE_OK;
}
void stop(void*) {}

}  // namespace

void install_sqlite_memory() {
  static std::once_flag once;
  std::call_once(once, [] {
    sqlite3_mem_methods methods{allocate, release, resize, size, round_up, start, stop, nullptr};
    sqlite3_config(SQLITE_CONFIG_MALLOC, &methods);  // copied
    sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
  });
}

void limit_sqlite_memory(int64_t bytes) {
  most_bytes.store(bytes, std::memory_order_relaxed);
}

}  // namespace explaingate
