"""The shop that advice is measured on: its tables, its rows, its queries."""

SCHEMA = """
CREATE TABLE customers (id INTEGER PRIMARY KEY, email TEXT NOT NULL, name TEXT, city TEXT, referrer_id INTEGER, created_at INTEGER);
CREATE TABLE products (id INTEGER PRIMARY KEY, sku TEXT NOT NULL, title TEXT, supplier_id INTEGER, price INTEGER, category TEXT);
CREATE TABLE orders (id INTEGER PRIMARY KEY, customer_id INTEGER NOT NULL, reference TEXT, warehouse TEXT, state TEXT, placed_at INTEGER, total INTEGER);
CREATE TABLE lines (id INTEGER PRIMARY KEY, order_id INTEGER NOT NULL, product_id INTEGER NOT NULL, amount INTEGER, note TEXT);
CREATE TABLE payments (id INTEGER PRIMARY KEY, order_id INTEGER NOT NULL, token TEXT, provider TEXT, paid_at INTEGER, cents INTEGER);
CREATE TABLE visits (id INTEGER PRIMARY KEY, customer_id INTEGER, session TEXT, page TEXT, seen_at INTEGER);
CREATE TABLE parcels (id INTEGER PRIMARY KEY, order_id INTEGER, carrier TEXT, tracking TEXT, sent_at INTEGER);
CREATE TABLE countries (code TEXT, name TEXT);
CREATE INDEX visits_by_customer ON visits (customer_id);
"""

# Rows of each table; a value is an expression of i, the row's number, that both databases understand.
ROWS = {
    "customers": (50_000, "i, 'c' || i || '@example.com', 'n' || (i * 7919 % 5000), 'city' || (i % 400), i * 31 % 50000, 1600000000 + i * 600"),
    "products": (10_000, "i, 'sku' || i, 't' || (i * 31 % 9000), i % 300, i * 37 % 9000, 'cat' || (i % 40)"),
    "orders": (400_000, "i, i * 7919 % 50000 + 1, 'r' || i, 'w' || (i % 60), 's' || (i * 31 % 5), 1650000000 + i * 60, i * 37 % 100000"),
    "lines": (1_000_000, "i, i * 7919 % 400000 + 1, i * 31 % 10000 + 1, i % 9 + 1, 'note' || (i % 200000)"),
    "payments": (400_000, "i, i * 7919 % 400000 + 1, 'tok' || i, 'p' || (i % 6), 1650000000 + i * 61, i * 37 % 100000"),
    "visits": (600_000, "i, i * 7919 % 50000 + 1, 'ses' || (i % 120000), 'page' || (i % 900), 1690000000 + i * 5"),
    "parcels": (300_000, "i, i * 7919 % 400000 + 1, 'dhl' || (i % 5), 'trk' || i, 1660000000 + i * 90"),
    "countries": (250, "'k' || i, 'country ' || i"),
}

QUERIES = """
SELECT id, name FROM customers WHERE email = ?
SELECT id FROM customers WHERE email = ? AND city = ?
SELECT id, email FROM customers WHERE city = ? ORDER BY created_at DESC LIMIT 20
SELECT count(*) FROM customers WHERE city = ? AND created_at > ?
SELECT id FROM customers WHERE referrer_id = ?
SELECT id, email FROM customers WHERE name = ?
SELECT id, email FROM customers WHERE name = ? AND city = ?
SELECT id FROM customers ORDER BY created_at DESC LIMIT 50
SELECT id, title FROM products WHERE sku = ?
SELECT id, title, price FROM products WHERE supplier_id = ?
SELECT id FROM products WHERE supplier_id = ? ORDER BY price LIMIT 10
SELECT id, title FROM products WHERE category = ? AND price BETWEEN ? AND ?
SELECT id FROM products WHERE title = ?
SELECT id, total FROM orders WHERE customer_id = ?
SELECT id, total FROM orders WHERE customer_id = ? ORDER BY placed_at DESC LIMIT 10
SELECT sum(total) FROM orders WHERE customer_id = ? AND placed_at >= ?
SELECT id FROM orders WHERE customer_id = ? AND state = ?
SELECT id FROM orders WHERE reference = ?
SELECT id, state FROM orders WHERE reference = ? AND customer_id = ?
SELECT id FROM orders WHERE warehouse = ? AND state = ? ORDER BY placed_at LIMIT 100
SELECT id FROM orders WHERE warehouse = ? AND placed_at > ? ORDER BY placed_at LIMIT 50
SELECT id FROM orders ORDER BY placed_at DESC LIMIT 25
SELECT id, total FROM orders WHERE placed_at BETWEEN ? AND ? ORDER BY placed_at
SELECT id FROM orders WHERE state = ? ORDER BY placed_at LIMIT 10
SELECT customer_id, count(*) FROM orders WHERE warehouse = ? GROUP BY customer_id
UPDATE orders SET state = ? WHERE reference = ?
DELETE FROM orders WHERE customer_id = ? AND state = ?
INSERT INTO orders (customer_id, reference, warehouse, state, placed_at, total) VALUES (?, ?, ?, ?, ?, ?)
SELECT product_id, amount FROM lines WHERE order_id = ?
SELECT sum(amount) FROM lines WHERE product_id = ?
SELECT order_id FROM lines WHERE product_id = ? ORDER BY id DESC LIMIT 10
SELECT amount FROM lines WHERE order_id = ? AND product_id = ?
UPDATE lines SET amount = ? WHERE order_id = ? AND product_id = ?
DELETE FROM lines WHERE order_id = ?
SELECT id FROM lines WHERE note = ?
INSERT INTO lines (order_id, product_id, amount) VALUES (?, ?, ?)
SELECT cents FROM payments WHERE order_id = ?
SELECT order_id FROM payments WHERE token = ?
SELECT sum(cents) FROM payments WHERE provider = ? AND paid_at >= ?
SELECT id FROM payments WHERE provider = ? ORDER BY paid_at DESC LIMIT 20
SELECT id FROM payments WHERE order_id = ? ORDER BY paid_at DESC LIMIT 1
SELECT page FROM visits WHERE session = ? ORDER BY seen_at
SELECT count(*) FROM visits WHERE session = ?
SELECT page FROM visits WHERE customer_id = ? ORDER BY seen_at DESC LIMIT 20
SELECT count(*) FROM visits WHERE customer_id = ? AND seen_at > ?
SELECT count(*) FROM visits WHERE page = ? AND seen_at > ?
DELETE FROM visits WHERE seen_at < ?
INSERT INTO visits (customer_id, session, page, seen_at) VALUES (?, ?, ?, ?)
SELECT order_id FROM parcels WHERE tracking = ?
SELECT tracking FROM parcels WHERE order_id = ?
SELECT tracking FROM parcels WHERE order_id = ? AND carrier = ?
SELECT id FROM parcels WHERE carrier = ? AND sent_at > ? ORDER BY sent_at LIMIT 100
SELECT name FROM countries WHERE code = ?
SELECT o.id, c.name FROM orders o JOIN customers c ON c.id = o.customer_id WHERE c.email = ?
SELECT o.id, l.amount FROM orders o JOIN lines l ON l.order_id = o.id WHERE o.customer_id = ?
SELECT o.id, l.amount FROM orders o JOIN lines l ON l.order_id = o.id WHERE o.reference = ?
SELECT o.id, p.cents FROM orders o JOIN payments p ON p.order_id = o.id WHERE p.token = ?
SELECT o.id FROM orders o JOIN payments p ON p.order_id = o.id WHERE o.customer_id = ? AND p.provider = ?
SELECT l.id, p.title FROM lines l JOIN products p ON p.id = l.product_id WHERE p.sku = ?
SELECT p.title, l.amount FROM products p JOIN lines l ON l.product_id = p.id WHERE p.supplier_id = ? AND p.price > ?
SELECT c.id FROM customers c WHERE c.city = ? AND EXISTS (SELECT 1 FROM orders o WHERE o.customer_id = c.id AND o.state = ?)
SELECT o.id, k.tracking FROM orders o LEFT JOIN parcels k ON k.order_id = o.id WHERE o.reference = ?
SELECT c.email, v.page FROM visits v JOIN customers c ON c.id = v.customer_id WHERE v.session = ?
SELECT id FROM orders WHERE id IN (SELECT order_id FROM lines WHERE product_id = ?)
SELECT c.id, count(*) FROM customers c JOIN orders o ON o.customer_id = c.id WHERE c.name = ? GROUP BY c.id
SELECT k.id FROM parcels k JOIN orders o ON o.id = k.order_id WHERE o.customer_id = ? ORDER BY k.sent_at DESC
""".strip().split("\n")

# Of one table each, few enough candidates for every set of them to be compared.
SMALL = {
    "customers": (["email"], ["city", "created_at"], ["city"], ["name"], ["name", "city"], ["referrer_id"], ["created_at"], ["email", "city"]),
    "payments": (["order_id"], ["order_id", "paid_at"], ["token"], ["provider", "paid_at"], ["provider"], ["paid_at"]),
    "visits": (["session"], ["session", "seen_at"], ["customer_id", "seen_at"], ["page", "seen_at"], ["seen_at"], ["page"]),
}
