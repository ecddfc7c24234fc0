"""Advice beside what others would advise, and beside what the database does with it. usage: advice.py EXPLAINGATE PART…
Parts: quality (both engines), real (the advised indexes built over two million rows, which the tool is given as seed data), size (1,000
queries on 100 tables)."""
import itertools
import json
import os
import re
import resource
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time

from advice_shop import QUERIES, ROWS, SCHEMA, SMALL

LARGEST = 2
CHARGE = 1000  # CostModel::small
gate = os.path.abspath(sys.argv[1])


def run(command, folder, given=None):
    done = subprocess.run(command, cwd=folder, input=given, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        sys.exit(f"{' '.join(command)}: exit {done.returncode}\n{done.stderr}")
    return done.stdout


class Project:
    """A repository with the schema, the statistics, some queries and some more indexes."""

    def __init__(self, engine, queries, schema=SCHEMA, statistics=None, seed=None):
        self.folder = tempfile.mkdtemp(prefix="advice")
        self.engine = engine
        self.schema = schema
        settings = {"engine": engine, "schema": "schema.sql", "baseline": "none.json"}
        if statistics:
            self.write("statistics.json", json.dumps({"explaingate_statistics": 1, "tables": statistics}))
            settings["statistics"] = "statistics.json"
            settings["tables"] = {"countries": {"fixed": True}}
        if seed:
            self.write("seed.sql", seed)
            settings["seed"] = "seed.sql"
        self.write("explaingate.json", json.dumps(settings))
        if engine == "postgres":
            queries = [numbered(query) for query in queries]
        self.write("queries.sql", "".join(f"{query};\n" for query in queries))
        run(["git", "init", "-q"], self.folder)
        self.indexes([])

    def write(self, name, text):
        with open(os.path.join(self.folder, name), "w", encoding="utf-8") as file:
            file.write(text)

    def indexes(self, indexes):
        """Each a table with columns, or DDL as it was advised."""
        more = "".join(index + ";\n" if isinstance(index, str) else
                       f"CREATE INDEX {name_of(*index)} ON {index[0]} ({', '.join(index[1])});\n" for index in indexes)
        self.write("schema.sql", self.schema + more)

    def facts(self, sql):
        rows = run([gate, "facts", "--all", "--sql", sql], self.folder).splitlines()
        return [row.split("\t") for row in rows[1:]]

    def costs(self, scale=LARGEST, metric="cost"):
        rows = self.facts(f"SELECT s.line, m.{metric} AS value FROM metrics m JOIN statements s USING (statement_id) "
                          f"WHERE m.scale = {scale} AND m.side = 'head' AND s.path = 'queries.sql'")
        return {int(line): float(value) for line, value in rows}

    def used(self):
        rows = self.facts("SELECT DISTINCT s.line, p.index_name FROM plan_nodes p JOIN statements s USING (statement_id) "
                          f"WHERE p.scale = {LARGEST} AND p.side = 'head' AND p.index_name LIKE 'ix\\_%' ESCAPE '\\'")
        used = {}
        for line, name in rows:
            used.setdefault(int(line), set()).add(name)
        return used

    def advise(self):
        return json.loads(run([gate, "advise", "--format", "json"], self.folder))

    def close(self):
        shutil.rmtree(self.folder)


def numbered(query):
    numbers = itertools.count(1)
    return re.sub(r"\?", lambda _: f"${next(numbers)}", query)


def name_of(table, columns):
    return "ix_" + table + "__" + "__".join(columns)


def columns_of(table):
    body = re.search(rf"CREATE TABLE {table} \((.*)\);", SCHEMA).group(1)
    return [part.split()[0] for part in body.split(", ")]


def fill(database, rows=ROWS):
    database.executescript(SCHEMA)
    for table, (count, values) in rows.items():
        database.execute(f"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {count}) "
                         f"INSERT INTO {table} SELECT {values} FROM n")
    database.commit()


def seed_sql(rows=ROWS, most=100_000):
    """The same rows, in statements that don't run too long for what comes with a pull request."""
    return "".join(f"WITH RECURSIVE n(i) AS (SELECT {first} UNION ALL SELECT i + 1 FROM n WHERE i < {min(first + most - 1, count)}) "
                   f"INSERT INTO {table} SELECT {values} FROM n;\n"
                   for table, (count, values) in rows.items() for first in range(1, count + 1, most))


def count(database):
    statistics = {}
    for table in ROWS:
        columns = columns_of(table)
        sums = ", ".join(f"count(DISTINCT {column})" for column in columns)
        rows, *distinct = database.execute(f"SELECT count(*), {sums} FROM {table}").fetchone()
        statistics[table] = {"rows": rows, "columns": {c: {"distinct": d} for c, d in zip(columns, distinct)}}
    return statistics


def expert(path):
    """sqlite3's .expert, asked for each query; what it reads off the rows is sampled from all of them."""
    advised = set()
    for query in QUERIES:
        told = run(["sqlite3", path], ".", f".expert --sample 100\n{query};\n")
        for table, columns in re.findall(r"CREATE INDEX \S+ ON '?\"?(\w+)'?\"?\(([^)]*)\)", told):
            advised.add((table, tuple(column.strip().strip("'\"") for column in columns.split(","))))
    return sorted(advised)


def one_and_two_columns(project, tables):
    """Dexter's search: all single columns, then all pairs; an index is taken for a query whose cost halves by it."""
    singles = [(table, (column,)) for table in tables for column in columns_of(table) if column != "id"]
    pairs = [(table, pair) for table in tables
             for pair in itertools.permutations([c for c in columns_of(table) if c != "id"], 2)]
    known = {name_of(*index): index for index in singles + pairs}
    project.indexes([])
    none = project.costs()
    taken = set()
    project.indexes(singles)
    one, used_one = project.costs(), project.used()
    project.indexes(singles + pairs)
    two, used_two = project.costs(), project.used()
    for line, cost in none.items():
        if cost < 100:
            continue
        best, used = cost, set()
        if one[line] <= best / 2:
            best, used = one[line], used_one.get(line, set())
        if two[line] <= best / 2 and best > 100:
            used = used_two.get(line, set())
        taken |= {known[name] for name in used}
    return sorted(taken)


def total(project, indexes):
    project.indexes(indexes)
    return sum(project.costs().values())


def ours(project):
    project.indexes([])
    report = project.advise()
    return [index["ddl"].replace(" CONCURRENTLY", "") for index in report["indexes"]], report


def quality(engine, statistics, path):
    project = Project(engine, QUERIES, statistics=statistics)
    print(f"\n{engine}: {len(QUERIES)} queries, {len(ROWS)} tables; estimated cost of all of them at the largest scale")
    before = total(project, [])
    advised, _ = ours(project)
    rows = [("no index", []), ("explaingate", advised)]
    if engine == "sqlite":
        rows.append((".expert", expert(path)))
    rows.append(("single and two-column search", one_and_two_columns(project, list(ROWS))))
    print(f"{'':32} {'indexes':>8} {'cost':>18} {'of no index':>12}")
    for name, indexes in rows:
        cost = total(project, indexes)
        print(f"{name:32} {len(indexes):8} {cost:18,.0f} {cost / before:12.5%}")
    project.close()
    small_cases(engine, statistics)


def small_cases(engine, statistics):
    print(f"{engine}: one table's queries, against the cheapest of every set of candidates (each index counts as {CHARGE})")
    print(f"{'':12} {'queries':>8} {'sets':>6} {'indexes':>8} {'optimum':>8} {'cost':>14} {'optimum':>14} {'above':>8}")
    # Every set is a run of its own: PostgreSQL is started for each.
    for table in SMALL if engine == "sqlite" else ("payments",):
        candidates = SMALL[table]
        queries = [q for q in QUERIES if f" {table} " in q + " " and " JOIN " not in q and "(SELECT" not in q]
        project = Project(engine, queries, statistics=statistics)
        advised, _ = ours(project)
        mine = total(project, advised)
        pool = [(table, tuple(columns)) for columns in candidates]
        sets = [s for size in range(len(pool) + 1) for s in itertools.combinations(pool, size)]
        best = min((total(project, s) + CHARGE * len(s), len(s), s) for s in sets)
        optimum = total(project, best[2])
        above = (mine + CHARGE * len(advised)) / best[0] - 1
        print(f"{table:12} {len(queries):8} {len(sets):6} {len(advised):8} {best[1]:8} {mine:14,.0f} {optimum:14,.0f} {above:8.2%}")
        project.close()




def steps(database, query, values):
    """Steps of SQLite's machine, to the nearest ten."""
    taken = [0]

    def tick():
        taken[0] += 10
        return 0

    database.set_progress_handler(tick, 10)
    database.execute(query, values).fetchall()
    database.set_progress_handler(None, 0)
    return taken[0]


def values_for(database, query):
    """Values for the columns that the query compares with parameters: of a row in the middle, and a quarter of the rows in a range."""
    values = []
    names = {alias: table for table, alias in re.findall(r"(?:FROM|JOIN|UPDATE|INTO) (\w+)(?: (\w)\b)?", query) if alias}
    tables = [table for table, _ in re.findall(r"(?:FROM|JOIN|UPDATE|INTO) (\w+)(?: (\w)\b)?", query)]
    for alias, column, operator in re.findall(r"(?:(\w)\.)?(\w+) (=|>=|<|>|BETWEEN) \?|AND \?", query):
        if not column:
            continue
        table = names.get(alias) or next(t for t in tables if column in columns_of(t))
        if operator == "=":
            values.append(database.execute(f"SELECT {column} FROM {table} WHERE id = ?", (ROWS[table][0] // 2,)).fetchone()[0])
            continue
        # A range of which nothing is known is taken to hold a quarter of the rows.
        share = 0.25 if operator == "<" else 0.75
        values.append(quantile(database, table, column, share))
        if operator == "BETWEEN":
            values.append(quantile(database, table, column, 0.99))
    return values


def quantile(database, table, column, share):
    place = int(ROWS[table][0] * share)
    return database.execute(f"SELECT {column} FROM {table} ORDER BY {column} LIMIT 1 OFFSET {place}").fetchone()[0]


def real(statistics, database):
    """Each advised index, built: is it used by the query it was advised for, and does the work fall as promised? What is promised
    is what the tool measured on the same rows, with values of its own choice."""
    project = Project("sqlite", QUERIES, statistics=statistics, seed=seed_sql())
    started = time.monotonic()
    _, report = ours(project)
    print(f"\n{sum(count for count, _ in ROWS.values()):,} rows in SQLite (advised in {time.monotonic() - started:.0f} s): steps of its "
          "machine, measured, for the query that gains most by each index")
    at = {i: q["sites"][0]["line"] for i, q in enumerate(report["queries"])}
    picks = []
    for index in report["indexes"]:
        selects = [s for s in index["serves"] if report["queries"][s["query"]]["kind"] == "select" and s["work_after"] is not None]
        selects.sort(key=lambda s: s["cost_after"] - s["cost_before"])
        if selects:
            picks.append((index, selects[0], QUERIES[at[selects[0]["query"]] - 1]))
    values = [values_for(database, query) for _, _, query in picks]
    measured = [steps(database, query, given) for (_, _, query), given in zip(picks, values)]
    for index in report["indexes"]:
        database.execute(index["ddl"])
    database.execute("ANALYZE")
    good = 0
    for (index, served, query), given, before in zip(picks, values, measured):
        plan = " ".join(row[3] for row in database.execute("EXPLAIN QUERY PLAN " + query, given))
        name = index["ddl"].split()[2]
        now = steps(database, query, given)
        promised = served["work_after"]  # a query that takes too long without the index has none, and is no pick
        # Starting the statement and its searches costs some steps, whatever is found.
        kept = name in plan and now <= 2 * promised + 100
        good += kept
        print(f"{'ok  ' if kept else 'FAIL'} {name}: steps {served['work_before']:,} -> {promised:,} promised; {before:,} -> {now:,} "
              f"measured{'' if name in plan else ' NOT USED'}")
    print(f"{good} of {len(report['indexes'])} advised indexes are used, and the work falls at least as promised within 2x")
    project.close()


def size(engine):
    """100 tables, 1,000 queries: ten shapes a table, over columns that differ from table to table."""
    schema, queries = "", []
    for t in range(100):
        schema += (f"CREATE TABLE t{t} (id INTEGER PRIMARY KEY, parent INTEGER, a{t % 7} TEXT, b{t % 5} INTEGER, c TEXT, d INTEGER, "
                   f"e TEXT, f INTEGER);\n")
        a, b = f"a{t % 7}", f"b{t % 5}"
        other = (t * 37 + 11) % 100
        queries += [
            f"SELECT id FROM t{t} WHERE {a} = ?", f"SELECT id FROM t{t} WHERE {a} = ? AND {b} > ?",
            f"SELECT id, c FROM t{t} WHERE {b} = ? ORDER BY d DESC LIMIT 20", f"SELECT id FROM t{t} WHERE c = ? AND e = ?",
            f"SELECT count(*) FROM t{t} WHERE parent = ? AND f BETWEEN ? AND ?", f"UPDATE t{t} SET d = ? WHERE e = ?",
            f"SELECT x.id FROM t{t} x JOIN t{other} y ON y.parent = x.id WHERE x.c = ?",
            f"SELECT x.id, y.f FROM t{t} x JOIN t{other} y ON y.d = x.d WHERE y.e = ? ORDER BY x.f",
            f"SELECT e, count(*) FROM t{t} WHERE c = ? GROUP BY e", f"INSERT INTO t{t} (parent, c, d) VALUES (?, ?, ?)",
        ]
    project = Project(engine, queries, schema)
    start = time.monotonic()
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    report = project.advise()
    wall = time.monotonic() - start
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - used.ru_utime - used.ru_stime
    print(f"{engine:9} {len(report['queries']):,} queries on 100 tables: {wall:.1f} s, {cpu:.1f} s of processor time of the tool, "
          f"{after.ru_maxrss / 1024:.0f} MB; {report['candidates']} candidates, {report['plans']} plans, {len(report['indexes'])} indexes")
    project.close()


def main(parts):
    folder = tempfile.mkdtemp(prefix="advice")
    path = os.path.join(folder, "shop.db")
    if "size" in parts:
        print()
        for engine in ("sqlite", "postgres"):
            size(engine)
    if "quality" in parts or "real" in parts:
        database = sqlite3.connect(path)
        fill(database)
        statistics = count(database)
        if "quality" in parts:
            for engine in ("sqlite", "postgres"):
                quality(engine, statistics, path)
        if "real" in parts:
            real(statistics, database)
        database.close()
    shutil.rmtree(folder)


main(sys.argv[2:])
