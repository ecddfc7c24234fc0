#include "engine/postgres/schema/extensions.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>

namespace explaingate::postgres {
namespace {

// Extensions that reach neither files nor programs nor other servers, by their documentation. Those with trusted =
// true in their control file needn't be here for PostgreSQL 13 and later; PostgreSQL 12 knows no trust.
// clang-format off
constexpr std::array<std::string_view, 76> kHarmless = {
    "address_standardizer", "amcheck", "autoinc", "bloom", "btree_gin", "btree_gist", "citext", "cube", "dict_int",
    "dict_xsyn", "earthdistance", "fuzzystrmatch", "h3", "h3_postgis", "hll", "hstore", "hypopg", "insert_username",
    "intagg", "intarray", "ip4r", "isn", "lo", "ltree", "moddatetime", "pageinspect", "periods", "pg_bigm",
    "pg_buffercache", "pg_freespacemap", "pg_graphql", "pg_hashids", "pg_ivm", "pg_jsonschema", "pg_partman",
    "pg_prewarm", "pg_similarity", "pg_stat_statements", "pg_trgm", "pg_uuidv7", "pg_visibility", "pgcrypto", "pgjwt",
    "pgmq", "pgrouting", "pgrowlocks", "pgstattuple", "pgtap", "pointcloud", "pointcloud_postgis", "postgis",
    "postgis_raster", "postgis_sfcgal", "postgis_tiger_geocoder", "postgis_topology", "prefix", "rdkit", "refint",
    "rum", "seg", "semver", "sslinfo", "tablefunc", "tcn", "tdigest", "temporal_tables", "topn", "tsm_system_rows",
    "tsm_system_time", "unaccent", "unit", "uuid-ossp", "vchord", "vector", "vectorscale", "xml2",
};
// clang-format on
static_assert(std::ranges::is_sorted(kHarmless));

// What the server says of one version of an extension.
constexpr const char* kAvailable =
    "SELECT v.name, v.version, v.superuser, coalesce((to_jsonb(v) ->> 'trusted')::bool, false), coalesce(v.schema, "
    "''), "
    "array_to_string(v.requires, ','), v.version = e.default_version "
    "FROM pg_available_extension_versions v JOIN pg_available_extensions e ON e.name = v.name";

// Objects that no extension made, in a schema or in those of the extensions of a list.
constexpr const char* kOthers =
    "SELECT count(*) FROM pg_depend d JOIN pg_namespace n ON n.oid = d.refobjid "
    "WHERE d.refclassid = 'pg_namespace'::regclass AND d.classid <> 'pg_extension'::regclass AND (n.nspname = {} OR "
    "n.oid IN (SELECT extnamespace FROM pg_extension WHERE extname IN ({}))) AND NOT EXISTS (SELECT FROM pg_depend e "
    "WHERE e.classid = d.classid AND e.objid = d.objid AND e.deptype = 'e')";

std::vector<std::string> split(std::string_view list) {
  std::vector<std::string> parts;
  while (!list.empty()) {
    size_t end = std::min(list.find(','), list.size());
    parts.emplace_back(list.substr(0, end));
    list.remove_prefix(std::min(end + 1, list.size()));
  }
  return parts;
}

bool harmless(const std::string& name) {
  return std::ranges::binary_search(kHarmless, std::string_view(name));
}

}  // namespace

Status Extensions::connect() {
  if (superuser_.is_open()) return {};
  auto opened = Connection::open(server_.superuser ? *server_.superuser : server_.session);
  if (!opened) return fail(opened.error());
  superuser_ = std::move(*opened);
  if (!available_.empty()) return {};
  auto rows = superuser_.query(kAvailable);
  if (!rows) return fail(rows.error());
  for (int row = 0; row < rows->count(); ++row) {
    Version version{std::string(rows->text(row, 1)), std::string(rows->text(row, 4)), split(rows->text(row, 5)),
                    !rows->boolean(row, 2) || rows->boolean(row, 3), rows->boolean(row, 6)};
    available_.emplace(rows->text(row, 0), std::move(version));
  }
  return {};
}

// nullptr: not installed on the server.
const Extensions::Version* Extensions::find(const std::string& name, const std::string& version) const {
  for (auto [at, end] = available_.equal_range(name); at != end; ++at)
    if (version.empty() ? at->second.by_default : at->second.version == version) return &at->second;
  return nullptr;
}

// Says why not, or "" and whether the superuser has to make it.
std::string Extensions::judge(const ServerCommand& command, bool& needs_superuser) const {
  std::vector<std::string> open = {command.name};
  std::set<std::string> seen;
  needs_superuser = false;
  while (!open.empty()) {
    std::string name = std::move(open.back());
    open.pop_back();
    if (!seen.insert(name).second) continue;
    const Version* version = find(name, name == command.name ? command.version : "");
    if (version == nullptr) {
      std::string which = name == command.name && !command.version.empty() ? " in version " + command.version : "";
      return fmt::format("extension \"{}\" is not installed on this PostgreSQL server{}", name, which);
    }
    if (!version->for_anyone && !harmless(name))
      return fmt::format("extension \"{}\" is not made: it is not known to stay inside its database", name);
    if (!version->for_anyone && !server_.superuser)
      return fmt::format("extension \"{}\" is not made: that needs a superuser, and the role of --url is none", name);
    needs_superuser = needs_superuser || !version->for_anyone;
    open.insert(open.end(), version->needs.begin(), version->needs.end());
  }
  return {};
}

Result<bool> Extensions::is_there(const std::string& name) {
  auto rows = superuser_.query("SELECT FROM pg_extension WHERE extname = $1", {name});
  if (!rows) return fail(rows.error());
  return rows->count() > 0;
}

// "" = made.
Result<std::string> Extensions::make(const ServerCommand& command, const std::string& schema) {
  const Version* version = find(command.name, command.version);
  const std::string& where = version->schema.empty() ? schema : version->schema;
  std::string needs = quote_literal(command.name);
  for (const std::string& name : version->needs) needs += ", " + quote_literal(name);
  auto others = superuser_.query(fmt::format(kOthers, quote_literal(where), needs));
  if (!others) return fail(others.error());
  if (others->integer(0, 0) > 0)
    return fmt::format(
        "extension \"{}\" needs a superuser, who makes it only while nothing but extensions is in the schema \"{}\"",
        command.name, where);
  std::string sql = fmt::format("CREATE EXTENSION {} SCHEMA {} VERSION {} CASCADE", quote_identifier(command.name),
                                quote_identifier(where), quote_literal(version->version));
  if (Status made = superuser_.run(sql); !made) {
    if (made.error().kind != ErrorKind::kStatement) return fail(made.error());
    return made.error().message;
  }
  // Comments on it, and DROP EXTENSION, are its owner's.
  Status given =
      superuser_.run("UPDATE pg_extension SET extowner = datdba FROM pg_database WHERE datname = current_database()");
  if (!given) return fail(given.error());
  return "";
}

Status Extensions::install_first(const std::vector<ServerCommand>& commands) {
  for (const ServerCommand& command : commands) {
    if (command.kind != ServerCommand::Kind::kCreateExtension) continue;
    if (Status opened = connect(); !opened) return opened;
    bool needs_superuser = false;
    if (!judge(command, needs_superuser).empty() || !needs_superuser || first_.contains(command.name)) continue;
    if (!command.schema.empty() && command.schema != "public") continue;
    auto made = make(command, "public");
    if (!made) return fail(made.error());
    first_.emplace(command.name, std::move(*made));
  }
  return {};
}

Result<Extensions::Answer> Extensions::at(const ServerCommand& command, Connection& session) {
  if (Status opened = connect(); !opened) return fail(opened.error());
  bool needs_superuser = false;
  if (std::string refused = judge(command, needs_superuser); !refused.empty()) return Answer{false, refused};
  if (!needs_superuser) return Answer{true, ""};
  auto there = is_there(command.name);
  if (!there) return fail(there.error());
  if (auto first = first_.extract(command.name); !first.empty() && (*there || !first.mapped().empty()))
    return Answer{false, first.mapped()};
  if (*there) return Answer{true, ""};
  std::string schema = command.schema;
  if (schema.empty()) {
    auto current = session.query("SELECT pg_catalog.current_schema()");
    if (!current) return Answer{false, current.error().message};
    schema = current->text(0, 0);
  }
  auto made = make(command, schema);
  if (!made) return fail(made.error());
  return Answer{false, std::move(*made)};
}

}  // namespace explaingate::postgres
