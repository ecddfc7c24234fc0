#include "engine/postgres/statistics/relations.h"

#include <algorithm>
#include <charconv>
#include <set>

namespace explaingate::postgres {
namespace {

constexpr const char* kRelations = R"(
SELECT c.oid, n.nspname, c.relname, c.relkind, coalesce(pg_relation_filepath(c.oid), ''), coalesce(m.amname, ''),
  coalesce((SELECT option_value::int FROM pg_options_to_table(c.reloptions) WHERE option_name = 'fillfactor'), 0),
  coalesce(i.indrelid, (SELECT t.oid FROM pg_class t WHERE t.reltoastrelid = c.oid), 0),
  CASE WHEN c.relispartition THEN coalesce((SELECT inhparent FROM pg_inherits WHERE inhrelid = c.oid LIMIT 1), 0)
    ELSE 0 END,
  coalesce(i.indkey::text, ''), coalesce(i.indnkeyatts, 0), coalesce(i.indisunique, false),
  coalesce(i.indisprimary, false), coalesce(i.indpred IS NOT NULL, false)
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN pg_am m ON m.oid = c.relam LEFT JOIN pg_index i ON i.indexrelid = c.oid
WHERE c.relkind IN ('r', 'm', 'p', 'i', 'I', 't') AND c.oid >= 16384 AND c.relpersistence <> 't' ORDER BY c.oid)";

constexpr const char* kColumns = R"(
SELECT a.attrelid, a.attnum, a.attname, a.atttypid, a.atttypmod, a.attcollation,
  a.attidentity <> '' OR coalesce(pg_get_expr(d.adbin, d.adrelid) LIKE 'nextval(%', false)
FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum AND a.attgenerated = ''
WHERE c.relkind IN ('r', 'm', 'p', 'i', 'I') AND c.oid >= 16384 AND c.relpersistence <> 't' AND a.attnum > 0
  AND NOT a.attisdropped ORDER BY a.attrelid, a.attnum)";

constexpr const char* kTypes = R"(
SELECT t.oid, t.typname, t.typtype, CASE WHEN t.typtype = 'd' THEN t.typbasetype ELSE 0 END,
  CASE WHEN t.typlen = -1 AND t.typcategory = 'A' THEN t.typelem ELSE 0 END, t.typlen, t.typalign, t.typcollation,
  t.typanalyze::oid >= 16384
FROM pg_type t WHERE t.typtype NOT IN ('c', 'p') ORDER BY t.oid)";

// Default operator classes: type, less and equal of B-trees, equal of hashes.
constexpr const char* kOperators = R"(
SELECT o.opcintype, coalesce(max(p.amopopr) FILTER (WHERE o.opcmethod = 403 AND p.amopstrategy = 1), 0),
  coalesce(max(p.amopopr) FILTER (WHERE o.opcmethod = 403 AND p.amopstrategy = 3), 0),
  coalesce(max(p.amopopr) FILTER (WHERE o.opcmethod = 405 AND p.amopstrategy = 1), 0)
FROM pg_opclass o JOIN pg_amop p ON p.amopfamily = o.opcfamily AND p.amoplefttype = o.opcintype
  AND p.amoprighttype = o.opcintype
WHERE o.opcdefault AND o.opcmethod IN (403, 405) GROUP BY 1)";

// varchar is compared with text's operators: casts that change nothing, to the preferred type of a family first.
constexpr const char* kCasts = R"(
SELECT c.castsource, c.casttarget FROM pg_cast c JOIN pg_type t ON t.oid = c.casttarget
WHERE c.castmethod = 'b' AND c.castcontext = 'i' ORDER BY c.castsource, t.typispreferred DESC, c.casttarget)";

constexpr const char* kExtended = R"(
SELECT s.oid, s.stxrelid, n.nspname, s.stxname, s.stxkeys::text, s.stxkind::text
FROM pg_statistic_ext s JOIN pg_namespace n ON n.oid = s.stxnamespace ORDER BY s.oid)";

constexpr Oid kAnyArray = 2277, kAnyEnum = 3500, kAnyRange = 3831, kAnyMultirange = 4537;

struct Operators {
  Oid less = 0, equal = 0;
};

std::vector<int> numbers_in(std::string_view text) {
  std::vector<int> numbers;
  const char* at = text.data();
  const char* end = at + text.size();
  while (at < end) {
    int value = 0;
    auto [next, error] = std::from_chars(at, end, value);
    if (error == std::errc()) numbers.push_back(value);
    at = std::max(next, at + 1);
  }
  return numbers;
}

class Reader {
 public:
  explicit Reader(Connection& connection) : connection_(connection) {}

  Result<Relations> read() {
    // Only the system's functions and operators, whatever else the schema defines.
    if (Status path = connection_.run("SET search_path = pg_catalog"); !path) return fail(path.error());
    for (auto part : {&Reader::settings, &Reader::relations, &Reader::columns, &Reader::types, &Reader::operators,
                      &Reader::labels, &Reader::extended})
      if (Status status = (this->*part)(); !status) return fail(status.error());
    return std::move(result_);
  }

 private:
  template <class Function>
  Status each(const char* sql, Function function) {
    auto rows = connection_.query(sql);
    if (!rows) return fail(rows.error());
    for (int row = 0; row < rows->count(); ++row) function(*rows, row);
    return {};
  }

  Status settings() {
    result_.version = connection_.version();
    return each("SELECT name, setting FROM pg_settings WHERE name IN ('block_size', 'segment_size', 'data_checksums')",
                [&](const Rows& rows, int row) {
                  if (rows.text(row, 0) == "block_size") result_.block_size = rows.real(row, 1);
                  if (rows.text(row, 0) == "segment_size") result_.segment_blocks = rows.real(row, 1);
                  if (rows.text(row, 0) == "data_checksums") result_.checksums = rows.text(row, 1) == "on";
                });
  }

  Status relations() {
    return each(kRelations, [&](const Rows& rows, int row) {
      RelationInfo relation;
      relation.oid = oid_at(rows, row, 0);
      relation.schema = rows.text(row, 1);
      relation.name = rows.text(row, 2);
      relation.kind = rows.text(row, 3)[0];
      if (rows.text(row, 4).starts_with("base/")) relation.path = rows.text(row, 4);
      relation.method = rows.text(row, 5);
      relation.fill_factor = static_cast<int>(rows.integer(row, 6));
      relation.table = oid_at(rows, row, 7);
      relation.parent = oid_at(rows, row, 8);
      relation.keys = numbers_in(rows.text(row, 9));
      relation.key_columns = static_cast<size_t>(rows.integer(row, 10));
      relation.unique = rows.boolean(row, 11);
      relation.primary = rows.boolean(row, 12);
      relation.partial = rows.boolean(row, 13);
      result_.all.emplace(relation.oid, std::move(relation));
    });
  }

  Status columns() {
    return each(kColumns, [&](const Rows& rows, int row) {
      auto relation = result_.all.find(oid_at(rows, row, 0));
      if (relation == result_.all.end()) return;
      relation->second.columns.push_back({static_cast<int>(rows.integer(row, 1)), std::string(rows.text(row, 2)),
                                          oid_at(rows, row, 3), static_cast<int>(rows.integer(row, 4)),
                                          oid_at(rows, row, 5), rows.boolean(row, 6)});
    });
  }

  Status types() {
    return each(kTypes, [&](const Rows& rows, int row) {
      TypeInfo type;
      Oid oid = oid_at(rows, row, 0), base = oid_at(rows, row, 3);
      type.name = rows.text(row, 1);
      type.kind = rows.text(row, 2)[0];
      type.base = base == 0 ? oid : base;
      type.element = oid_at(rows, row, 4);
      type.length = static_cast<int>(rows.integer(row, 5));
      char alignment = rows.text(row, 6)[0];
      type.alignment = alignment == 'd' ? 8 : alignment == 'i' ? 4 : alignment == 's' ? 2 : 1;
      type.collation = oid_at(rows, row, 7);
      type.own_statistics = rows.boolean(row, 8);
      result_.types.emplace(oid, std::move(type));
    });
  }

  Status operators() {
    Status read = each(kOperators, [&](const Rows& rows, int row) {
      Oid equal = oid_at(rows, row, 2);
      operators_[oid_at(rows, row, 0)] = {oid_at(rows, row, 1), equal != 0 ? equal : oid_at(rows, row, 3)};
    });
    if (!read) return read;
    read = each(kCasts, [&](const Rows& rows, int row) { casts_.emplace(oid_at(rows, row, 0), oid_at(rows, row, 1)); });
    if (!read) return read;
    for (auto& [oid, type] : result_.types) {
      Oid base = type.base;
      for (int depth = 0; depth < 100; ++depth) {  // domains over domains
        auto below = result_.types.find(base);
        if (below == result_.types.end() || below->second.kind != 'd' || below->second.base == base) break;
        base = below->second.base;
      }
      type.base = base;
      if (auto below = result_.types.find(base); below != result_.types.end()) {
        type.element = below->second.element;
        type.own_statistics = below->second.own_statistics;
      }
      Operators found = operators_of(base, 0);
      type.less = found.less;
      type.equal = found.equal;
    }
    return {};
  }

  [[nodiscard]] Operators operators_of(Oid oid, int depth) const {
    if (auto own = operators_.find(oid); own != operators_.end()) return own->second;
    auto type = result_.types.find(oid);
    if (type == result_.types.end() || depth > 20) return {};
    Oid general = 0;
    if (type->second.kind == 'e') general = kAnyEnum;
    if (type->second.kind == 'r') general = kAnyRange;
    if (type->second.kind == 'm') general = kAnyMultirange;
    if (type->second.element != 0 && operators_of(type->second.element, depth + 1).equal != 0) general = kAnyArray;
    if (type->second.kind == 'd' && type->second.base != oid) return operators_of(type->second.base, depth + 1);
    for (auto [cast, last] = casts_.equal_range(oid); general == 0 && cast != last; ++cast)
      if (operators_.contains(cast->second)) general = cast->second;
    auto found = operators_.find(general);
    return found == operators_.end() ? Operators{} : found->second;
  }

  Status labels() {
    return each("SELECT enumtypid, enumlabel FROM pg_enum ORDER BY enumtypid, enumsortorder",
                [&](const Rows& rows, int row) {
                  auto type = result_.types.find(oid_at(rows, row, 0));
                  if (type != result_.types.end()) type->second.labels.emplace_back(rows.text(row, 1));
                });
  }

  Status extended() {
    return each(kExtended, [&](const Rows& rows, int row) {
      ExtendedInfo info;
      info.oid = oid_at(rows, row, 0);
      info.table = oid_at(rows, row, 1);
      info.name = relation_key(rows.text(row, 2), rows.text(row, 3));
      info.keys = numbers_in(rows.text(row, 4));
      for (char kind : rows.text(row, 5))
        if (kind >= 'a' && kind <= 'z') info.kinds += kind;
      result_.extended.push_back(std::move(info));
    });
  }

  Connection& connection_;
  Relations result_;
  std::map<Oid, Operators> operators_;
  std::multimap<Oid, Oid> casts_;  // in the order that was read
};

}  // namespace

const ColumnInfo* RelationInfo::column(int number) const {
  auto found = std::ranges::lower_bound(columns, number, {}, &ColumnInfo::number);
  return found == columns.end() || found->number != number ? nullptr : &*found;
}

std::string relation_key(std::string_view schema, std::string_view name) {
  return schema == "public" ? std::string(name) : std::string(schema) + "." + std::string(name);
}

Oid readable_type(Oid oid, const Relations& relations) {
  constexpr Oid kFirstOfUsers = 16384;
  auto type = relations.types.find(oid);
  if (type == relations.types.end()) return 0;
  if (type->second.kind == 'd') return readable_type(type->second.base, relations);
  bool range = type->second.kind == 'r' || type->second.kind == 'm';
  if (range && oid >= kFirstOfUsers) return 0;
  if (type->second.element != 0 && readable_type(type->second.element, relations) != type->second.element) return 0;
  return oid;
}

Result<Relations> read_relations(Connection& connection) {
  return Reader(connection).read();
}

}  // namespace explaingate::postgres
