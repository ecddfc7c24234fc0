// Page layout after src/include/storage/bufpage.h and access/htup_details.h, itup.h, nbtree.h (the same in 12 to 18):
// a page has a header of 24 bytes, each row an item pointer of 4 and, in a heap, a header of 23 that alignment makes
// 24. An index tuple has a header of 8; a B-tree's page has 16 bytes of its own at the end. Inner pages of a B-tree are
// filled to 70 per cent (BTREE_NONLEAF_FILLFACTOR).
#include "engine/postgres/statistics/sizes.h"

#include <algorithm>
#include <cmath>

namespace explaingate::postgres {
namespace {

constexpr double kPageHeader = 24, kPointerToRow = 4, kRowHeader = 24, kTupleHeader = 8, kTreePage = 16;
constexpr double kInnerFill = 0.7;
constexpr double kPostingRows = 132;  // row addresses of a posting list that CREATE INDEX makes: a tenth of a page
constexpr double kRowAddress = 6;
constexpr int kDeduplicating = 130000;  // since version 13
constexpr double kWidestInline = 2000;  // longer rows move values to TOAST (TOAST_TUPLE_THRESHOLD)
constexpr double kTypicalWidth = 32;    // of a varying type without a limit, as PostgreSQL's planner has it

double aligned(double bytes, double to) {
  return std::ceil(bytes / to) * to;
}

double data_width(const std::vector<StoredColumn>& columns) {
  double width = 0;
  for (const StoredColumn& column : columns) width = aligned(width, column.alignment) + column.width;
  return width;
}

double entry_width(const std::vector<StoredColumn>& keys) {
  return aligned(kTupleHeader + data_width(keys), 8) + kPointerToRow;
}

double inner_entries(const std::vector<StoredColumn>& keys, double block_size) {
  return std::max(2.0, std::floor((block_size - kPageHeader - kTreePage) * kInnerFill / entry_width(keys)));
}

double share(int fill_factor, int otherwise) {
  return (fill_factor > 0 ? fill_factor : otherwise) / 100.0;
}

}  // namespace

double assumed_width(const TypeInfo& type, int modifier) {
  if (type.length > 0) return type.length;
  if (type.name == "numeric") return 8;
  bool padded = type.name == "bpchar";
  if (modifier < 4 || (!padded && type.name != "varchar")) return kTypicalWidth;
  double longest = modifier - 3;  // the number counts four bytes of header, and a short value has one
  if (padded || longest <= 32) return longest;
  return longest < 1000 ? 32 + (longest - 32) / 2 : 32 + (1000.0 - 32) / 2;
}

StoredColumn stored_column(const TypeInfo& type, double width) {
  return {width, type.length > 0 ? type.alignment : 1};
}

double heap_pages(double rows, const std::vector<StoredColumn>& columns, int fill_factor, double block_size) {
  if (rows <= 0) return 0;
  double row = aligned(std::min(data_width(columns), kWidestInline), 8) + kRowHeader + kPointerToRow;
  double each = std::max(1.0, std::floor((block_size - kPageHeader) * share(fill_factor, 100) / row));
  return std::ceil(rows / each);
}

int btree_height(double pages, const std::vector<StoredColumn>& keys, double block_size) {
  double each = inner_entries(keys, block_size);
  double leaves = std::max(1.0, std::round((pages - 1) * (1 - 1 / each)));  // without the first page, which holds none
  int height = 0;
  for (; leaves > 1 && height < 20; ++height) leaves = std::ceil(leaves / each);
  return height;
}

IndexSize index_size(const RelationInfo& index, double rows, double rows_per_key, const std::vector<StoredColumn>& keys,
                     double table_pages, const Relations& relations) {
  double usable = relations.block_size - kPageHeader - kTreePage;
  if (index.method == "brin") return {3 + std::ceil(table_pages / 128 * entry_width(keys) * 2 / usable), 0};
  if (index.method == "hash") return {2 + std::ceil(rows * 20 / (usable * share(index.fill_factor, 75))), 0};
  if (index.method == "gin") return {2 + std::ceil(rows * entry_width(keys) / 2 / usable), 0};
  double each = entry_width(keys);
  double together = std::min(rows_per_key, kPostingRows);
  bool btree = index.method == "btree";
  if (btree && relations.version >= kDeduplicating && together > 1.5) each = each / together + kRowAddress;
  double leaves = std::max(1.0, std::ceil(rows * each / (usable * share(index.fill_factor, 90))));
  double pages = 1 + leaves;
  double below = inner_entries(keys, relations.block_size);
  IndexSize size;
  for (double level = leaves; level > 1 && size.height < 20; ++size.height) {
    level = std::ceil(level / below);
    pages += level;
  }
  size.pages = pages;
  return size;
}

}  // namespace explaingate::postgres
