SELECT * FROM customer WHERE id = 17
SELECT * FROM customer WHERE lower(email) = 'user99@example14.com'
SELECT * FROM customer WHERE email = 'user99@example14.com'
SELECT * FROM customer WHERE country_id = 3
SELECT * FROM customer WHERE country_id = 231
SELECT * FROM customer WHERE country_id = 1 AND city = 'city 1/0'
SELECT * FROM customer WHERE country_id = 1 AND city = 'city 2/0'
SELECT country_id, city, count(*) FROM customer GROUP BY country_id, city
SELECT country_id, count(*) FROM customer GROUP BY country_id
SELECT * FROM customer WHERE created_at >= '2021-05-01' AND created_at < '2021-06-01'
SELECT * FROM customer WHERE newsletter
SELECT * FROM customer WHERE newsletter AND segment = 5
SELECT * FROM customer WHERE credit > 900
SELECT * FROM customer WHERE credit IS NULL
SELECT * FROM customer WHERE referrer_id = 12
SELECT * FROM customer WHERE referrer_id IS NOT NULL
SELECT referrer_id, count(*) FROM customer WHERE referrer_id IS NOT NULL GROUP BY referrer_id ORDER BY 2 DESC LIMIT 5
SELECT segment, avg(credit) FROM customer GROUP BY segment ORDER BY segment
SELECT * FROM customer ORDER BY created_at DESC LIMIT 20
SELECT * FROM customer ORDER BY id DESC LIMIT 20
SELECT * FROM customer WHERE id > 1000 ORDER BY id LIMIT 50
SELECT * FROM customer WHERE email LIKE 'user12%'
SELECT * FROM product WHERE category_id = 5 ORDER BY price DESC LIMIT 10
SELECT * FROM product WHERE category_id = 5 AND price > 100
SELECT * FROM product WHERE category_id = 1800
SELECT * FROM product WHERE price BETWEEN 10 AND 11
SELECT * FROM product WHERE price > 1000
SELECT * FROM product WHERE tags @> ARRAY['tag3']
SELECT * FROM product WHERE tags && ARRAY['tag3', 'tag480']
SELECT * FROM product WHERE 'tag99' = ANY (tags)
SELECT * FROM product WHERE attributes ->> 'colour' = 'red'
SELECT * FROM product WHERE weight < 1
SELECT * FROM product WHERE sku = 'SKU-00000123'
SELECT p.* FROM product p JOIN category c ON c.id = p.category_id WHERE c.name = 'category 7'
SELECT p.* FROM product p JOIN category c ON c.id = p.category_id WHERE c.parent_id = 4
SELECT c.name, count(*) FROM product p JOIN category c ON c.id = p.category_id GROUP BY c.name
SELECT * FROM category WHERE parent_id IS NULL
WITH RECURSIVE tree AS (SELECT id FROM category WHERE id = 3 UNION ALL SELECT c.id FROM category c JOIN tree t ON c.parent_id = t.id) SELECT * FROM tree
SELECT * FROM orders WHERE id = 4711
SELECT * FROM orders WHERE customer_id = 17
SELECT * FROM orders WHERE customer_id = 17 ORDER BY placed_at DESC LIMIT 10
SELECT * FROM orders WHERE customer_id IN (1, 2, 3, 500)
SELECT * FROM orders WHERE status = 'open'
SELECT * FROM orders WHERE status = 'lost'
SELECT * FROM orders WHERE status = 'sent' AND warehouse_id = 3
SELECT * FROM orders WHERE status = 'open' AND warehouse_id = 3 ORDER BY placed_at LIMIT 100
SELECT warehouse_id, count(*) FROM orders WHERE status = 'open' GROUP BY warehouse_id
SELECT status, count(*), sum(total) FROM orders GROUP BY status
SELECT * FROM orders WHERE placed_at >= '2023-06-01' AND placed_at < '2023-06-08'
SELECT count(*) FROM orders WHERE placed_at >= '2023-03-01'
SELECT count(*) FROM orders
SELECT max(placed_at) FROM orders
SELECT * FROM orders WHERE note IS NOT NULL
SELECT * FROM orders WHERE note LIKE '%neighbour 77%'
SELECT * FROM orders WHERE shipped_on IS NULL AND status = 'paid'
SELECT shipped_on, count(*) FROM orders WHERE shipped_on BETWEEN '2023-05-01' AND '2023-05-31' GROUP BY shipped_on
SELECT * FROM orders ORDER BY total DESC LIMIT 10
SELECT * FROM orders ORDER BY placed_at DESC OFFSET 50000 LIMIT 20
SELECT * FROM orders WHERE (placed_at, id) < ('2023-09-01', 300000) ORDER BY placed_at DESC, id DESC LIMIT 20
SELECT date_trunc('month', placed_at) AS month, sum(total) FROM orders GROUP BY 1 ORDER BY 1
SELECT o.* FROM orders o JOIN customer c ON c.id = o.customer_id WHERE lower(c.email) = 'user99@example14.com'
SELECT o.* FROM orders o JOIN customer c ON c.id = o.customer_id WHERE c.country_id = 200
SELECT c.country_id, sum(o.total) FROM orders o JOIN customer c ON c.id = o.customer_id GROUP BY c.country_id
SELECT c.id, (SELECT max(o.placed_at) FROM orders o WHERE o.customer_id = c.id) FROM customer c WHERE c.segment = 7
SELECT * FROM customer c WHERE EXISTS (SELECT 1 FROM orders o WHERE o.customer_id = c.id AND o.status = 'returned')
SELECT * FROM customer c WHERE NOT EXISTS (SELECT 1 FROM orders o WHERE o.customer_id = c.id)
SELECT c.* FROM customer c LEFT JOIN orders o ON o.customer_id = c.id WHERE o.id IS NULL AND c.country_id = 2
SELECT * FROM customer WHERE id IN (SELECT customer_id FROM orders WHERE total > 2900)
SELECT * FROM order_line WHERE order_id = 4711
SELECT * FROM order_line WHERE product_id = 9
SELECT sum(quantity) FROM order_line WHERE product_id = 9
SELECT product_id, sum(quantity) FROM order_line GROUP BY product_id ORDER BY 2 DESC LIMIT 10
SELECT * FROM order_line WHERE quantity > 18
SELECT l.* FROM order_line l JOIN orders o ON o.id = l.order_id WHERE o.customer_id = 17
SELECT p.sku, sum(l.quantity * l.price) FROM order_line l JOIN product p ON p.id = l.product_id GROUP BY p.sku
SELECT o.id, sum(l.quantity * l.price) FROM orders o JOIN order_line l ON l.order_id = o.id WHERE o.placed_at >= '2023-06-01' AND o.placed_at < '2023-06-02' GROUP BY o.id
SELECT count(*) FROM order_line l JOIN orders o ON o.id = l.order_id WHERE o.status = 'open'
SELECT p.* FROM product p WHERE NOT EXISTS (SELECT 1 FROM order_line l WHERE l.product_id = p.id)
SELECT c.name, sum(l.quantity) FROM order_line l JOIN product p ON p.id = l.product_id JOIN category c ON c.id = p.category_id JOIN orders o ON o.id = l.order_id WHERE o.placed_at >= '2023-04-01' AND o.placed_at < '2023-04-15' GROUP BY c.name
SELECT * FROM payment WHERE order_id = 4711
SELECT * FROM payment WHERE reference = 'ref-abc'
SELECT method, count(*) FROM payment GROUP BY method
SELECT * FROM payment WHERE method = 'cash' AND paid_at >= '2023-02-01' AND paid_at < '2023-02-03'
SELECT * FROM payment WHERE method = 'card' AND paid_at IS NULL
SELECT o.* FROM orders o LEFT JOIN payment p ON p.order_id = o.id WHERE p.id IS NULL
SELECT * FROM payment WHERE amount > 499.5
SELECT sum(p.amount) FROM payment p JOIN orders o ON o.id = p.order_id WHERE o.warehouse_id = 20
SELECT * FROM event WHERE customer_id = 55
SELECT * FROM event WHERE at >= '2024-05-01' AND at < '2024-05-02'
SELECT kind, count(*) FROM event WHERE at >= '2024-05-01' AND at < '2024-08-01' GROUP BY kind
SELECT * FROM event WHERE customer_id = 55 AND at >= '2024-11-01'
SELECT count(DISTINCT session) FROM event
SELECT e.* FROM event e JOIN customer c ON c.id = e.customer_id WHERE c.country_id = 220 AND e.kind = 'buy'
SELECT rating, count(*) FROM review GROUP BY rating
SELECT * FROM review WHERE product_id = 9 AND rating = 1
SELECT * FROM review WHERE words @@ to_tsquery('simple', 'word3 & word17')
SELECT * FROM review WHERE words @@ to_tsquery('simple', 'word250')
SELECT * FROM review WHERE shown @> timestamptz '2023-02-01 00:00:00+00'
SELECT r.* FROM review r JOIN customer c ON c.id = r.customer_id JOIN product p ON p.id = r.product_id WHERE c.country_id = 9 AND p.price > 900 ORDER BY r.id DESC LIMIT 25
SELECT * FROM (SELECT c.id, rank() OVER (PARTITION BY c.country_id ORDER BY c.created_at DESC) AS place FROM customer c WHERE c.segment = 2) r WHERE r.place <= 3
