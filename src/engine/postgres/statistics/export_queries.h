// The statements of statistics_export.cc: views that every role may read. Internal to this folder.
#pragma once

namespace explaingate::postgres {

// Settings that plans depend on. plan_cache_mode isn't taken: generic and custom plans are a matter of the check.
inline constexpr const char* kPlannerSetting =
    "(category LIKE 'Query Tuning%' AND name NOT IN ('plan_cache_mode', 'default_statistics_target') OR name IN "
    "('work_mem', 'hash_mem_multiplier', 'max_parallel_workers', 'max_parallel_workers_per_gather', "
    "'parallel_leader_participation'))";

// Nothing is written, nobody waits long for us, and values are spelt alike everywhere.
inline constexpr const char* kBegin =
    "ROLLBACK; BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET LOCAL lock_timeout = '2s'; "
    "SET LOCAL statement_timeout = '60s'; SET LOCAL search_path = pg_catalog; SET LOCAL datestyle = 'ISO, YMD'; "
    "SET LOCAL intervalstyle = postgres; SET LOCAL timezone = 'UTC'; SET LOCAL extra_float_digits = 1; "
    "SET LOCAL bytea_output = hex; SET LOCAL client_encoding = 'UTF8'";

// $1: schemas, as an array; NULL = all. The system's own are never asked for.
inline constexpr const char* kTables = R"(
WITH RECURSIVE below(root, part) AS (
  SELECT inhparent, inhrelid FROM pg_inherits UNION SELECT b.root, i.inhrelid FROM below b JOIN pg_inherits i ON
  i.inhparent = b.part),
partitions AS (SELECT b.root, sum(s.n_tup_ins) AS inserted, sum(s.n_tup_ins - s.n_tup_del) AS gained
  FROM below b JOIN pg_stat_user_tables s ON s.relid = b.part GROUP BY b.root)
SELECT c.oid, n.nspname, c.relname, c.relkind, c.relpages, c.reltuples, c.relallvisible, c.reltoastrelid,
  row_security_active(c.oid), coalesce(CASE WHEN c.relkind = 'p' THEN p.inserted ELSE s.n_tup_ins END, 0),
  coalesce(CASE WHEN c.relkind = 'p' THEN p.gained ELSE s.n_tup_ins - s.n_tup_del END, 0)
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace LEFT JOIN pg_stat_user_tables s ON s.relid = c.oid
LEFT JOIN partitions p ON p.root = c.oid
WHERE c.relkind IN ('r', 'm', 'p') AND c.relpersistence <> 't' AND n.nspname !~ '^pg_'
  AND n.nspname <> 'information_schema' AND ($1::text[] IS NULL OR n.nspname = ANY ($1::text[]))
ORDER BY n.nspname, c.relname)";

// Since the counters of rows began; NULL where the server doesn't know.
inline constexpr const char* kDays =
    "SELECT extract(epoch FROM clock_timestamp() - stats_reset) / 86400 FROM pg_stat_database WHERE datname = "
    "current_database()";

inline constexpr const char* kIndexes = R"(
SELECT i.indexrelid, i.indrelid, c.relname, c.relpages, c.reltuples
FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
WHERE c.relkind = 'i' AND i.indisvalid AND i.indrelid = ANY ($1::oid[]) ORDER BY 1)";

inline constexpr const char* kColumns = R"(
SELECT a.attrelid, a.attname, a.attnum, has_column_privilege(a.attrelid, a.attnum, 'SELECT')
FROM pg_attribute a WHERE a.attrelid = ANY ($1::oid[]) AND a.attnum > 0 AND NOT a.attisdropped ORDER BY 1, 3)";

// Of tables and, where the role may see them, of the expressions of indexes.
inline constexpr const char* kStatistics = R"(
SELECT c.oid, s.attname, s.inherited, s.null_frac, s.avg_width, s.n_distinct,
  to_json(s.most_common_vals::text::text[]), to_json(s.most_common_freqs),
  to_json(s.histogram_bounds::text::text[]), s.correlation,
  to_json(s.most_common_elems::text::text[]), to_json(s.most_common_elem_freqs), to_json(s.elem_count_histogram), {}
FROM pg_stats s JOIN pg_namespace n ON n.nspname = s.schemaname
JOIN pg_class c ON c.relnamespace = n.oid AND c.relname = s.tablename
WHERE c.oid = ANY ($1::oid[]) ORDER BY 1, 2, 3)";
inline constexpr const char* kRangeColumns =
    "to_json(s.range_bounds_histogram::text::text[]), to_json(s.range_length_histogram::text::float8[]), "
    "s.range_empty_frac";

// Before version 17 no view shows what is known of ranges.
inline constexpr const char* kRanges = R"(
SELECT s.starelid, a.attname, s.stainherit, k.kind, to_json(k.vals), to_json(k.numbers)
FROM pg_statistic s JOIN pg_attribute a ON a.attrelid = s.starelid AND a.attnum = s.staattnum
CROSS JOIN LATERAL (VALUES (stakind1, stavalues1::text::text[], stanumbers1),
  (stakind2, stavalues2::text::text[], stanumbers2), (stakind3, stavalues3::text::text[], stanumbers3),
  (stakind4, stavalues4::text::text[], stanumbers4), (stakind5, stavalues5::text::text[], stanumbers5))
  AS k (kind, vals, numbers)
WHERE s.starelid = ANY ($1::oid[]) AND k.kind IN (6, 7) ORDER BY 1, 2, 3, 4)";

inline constexpr const char* kExtended = R"(
SELECT c.oid, s.statistics_schemaname, s.statistics_name, s.n_distinct::text, s.dependencies::text,
  to_json(s.attnames), to_json(s.most_common_vals), to_json(s.most_common_freqs), to_json(s.most_common_base_freqs)
FROM pg_stats_ext s JOIN pg_namespace n ON n.nspname = s.schemaname
JOIN pg_class c ON c.relnamespace = n.oid AND c.relname = s.tablename
WHERE c.oid = ANY ($1::oid[]) {} ORDER BY 1, 2, 3)";

}  // namespace explaingate::postgres
