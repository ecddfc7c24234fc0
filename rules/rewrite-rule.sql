-- id: rewrite-rule
-- family: schema
-- severity: warning
-- engines: postgres
-- needs: schema_actions
-- yields-to: migration-failed
-- since: 0.1
-- summary: CREATE RULE … ON INSERT, UPDATE or DELETE rewrites statements, where a trigger would see rows.
--
-- ## What it does
-- Finds rules on INSERT, UPDATE and DELETE that come with the change.
--
-- ## Why
-- A rule knows no rows: it makes further commands of each statement's text. What the statement says for a column is copied into each of them and evaluated in each:
-- `nextval()` or `random()` gives another value in the log than in the table, a subquery is run again, and the whole query of an UPDATE or DELETE is joined into
-- each further command. COPY passes rules by.
--
-- ## Example
-- ```sql
-- CREATE RULE log_orders AS ON INSERT TO orders DO ALSO INSERT INTO order_log (order_id, placed_at) VALUES (NEW.id, NEW.placed_at);
-- ```
--
-- ## Remedy
-- ```sql
-- CREATE FUNCTION log_order() RETURNS trigger LANGUAGE plpgsql AS $$
-- BEGIN
--   INSERT INTO order_log (order_id, placed_at) VALUES (NEW.id, NEW.placed_at);
--   RETURN NULL;
-- END $$;
-- CREATE TRIGGER log_orders AFTER INSERT ON orders FOR EACH ROW EXECUTE FUNCTION log_order();
-- ```
-- On a view: INSTEAD OF triggers; a view of one table takes INSERT, UPDATE and DELETE without either. To spread rows over tables: declarative partitioning. To pass
-- over rows that are there already: ON CONFLICT DO NOTHING.
--
-- ## Stays quiet when
-- - the rule is ON SELECT: that is a view;
-- - it is DO INSTEAD NOTHING without a WHERE: it forbids the statement, and evaluates nothing;
-- - the rule was there before the change, in `check --all` as well.
--
-- ## Limits
-- Whether a statement gives volatile values isn't looked at: an identity column or `DEFAULT nextval()` is one, and hardly a table has none.
--
-- ## Sources
-- - [PostgreSQL: Rules on INSERT, UPDATE, and DELETE](https://www.postgresql.org/docs/current/rules-update.html)
-- - [PostgreSQL: Rules Versus Triggers](https://www.postgresql.org/docs/current/rules-triggers.html)
SELECT
  a.statement_id,
  a.table_name || '.' || a.object AS subject,
  printf('The rule %s makes further commands of the text of each %s on %s: what that gives for a column (nextval(), a subquery) is evaluated again in each%s.',
    a.object, upper(a.detail), a.table_name, CASE a.detail WHEN 'insert' THEN ', and COPY passes the rule by' ELSE '' END) AS message,
  CASE WHEN t.type = 'view' THEN printf('A trigger sees the rows: CREATE TRIGGER %s INSTEAD OF %s ON %s FOR EACH ROW EXECUTE FUNCTION ….', a.object, upper(a.detail), a.table_name)
    ELSE printf('A trigger sees the rows: CREATE TRIGGER %s AFTER %s ON %s FOR EACH ROW EXECUTE FUNCTION … (BEFORE, where the row is changed or left out).', a.object,
      upper(a.detail), a.table_name) END AS fix
FROM schema_actions AS a
LEFT JOIN tables AS t ON t.side = 'head' AND t.name = a.table_name
WHERE a.came = 1 AND a.action = 'create_rule' AND a.detail IN ('insert', 'update', 'delete');
