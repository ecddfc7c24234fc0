-- Skewed data: powers of random() make a few customers, products and cities common. The setting fidelity.scale is the
-- share of the full size, whose largest table has two million rows.
SELECT setseed(0.42);
INSERT INTO country SELECT i, chr(65 + i / 26 % 26) || chr(65 + i % 26), 'country ' || i FROM generate_series(1, 240) i;
INSERT INTO warehouse SELECT i, 'city ' || i, 1 + i * 7 % 240 FROM generate_series(1, 20) i;
INSERT INTO category SELECT i, CASE WHEN i > 20 THEN 1 + i % 20 END, 'category ' || i FROM generate_series(1, 2000) i;
INSERT INTO customer (email, country_id, city, segment, newsletter, created_at, credit, referrer_id)
  SELECT 'user' || i || '@example' || i % 17 || '.com', c.country, 'city ' || c.country || '/' || floor(power(random(), 3) * 30),
    floor(power(random(), 2) * 8), random() < 0.2, timestamptz '2020-01-01 00:00:00+00' + i * interval '10 minutes',
    CASE WHEN random() < 0.3 THEN round((random() * 1000)::numeric, 2) END,
    CASE WHEN i > 100 AND random() < 0.1 THEN 1 + floor(power(random(), 2) * 99) END
  FROM (SELECT i, 1 + floor(power(random(), 4) * 239)::int AS country
        FROM generate_series(1, (200000 * current_setting('fidelity.scale')::float)::int) i) c;
INSERT INTO product (category_id, sku, price, weight, tags, attributes)
  SELECT 1 + floor(power(random(), 2) * 1999), 'SKU-' || lpad(i::text, 8, '0'), round((exp(random() * 7))::numeric, 2),
    CASE WHEN random() < 0.8 THEN random() * 20 END,
    ARRAY['tag' || floor(power(random(), 3) * 100), 'tag' || floor(random() * 500)],
    jsonb_build_object('colour', (ARRAY['red', 'green', 'blue', 'black'])[1 + floor(power(random(), 2) * 4)], 'size', i % 40)
  FROM generate_series(1, (50000 * current_setting('fidelity.scale')::float)::int) i;
INSERT INTO orders (customer_id, warehouse_id, status, placed_at, shipped_on, total, note)
  SELECT 1 + floor(power(random(), 2) * (SELECT count(*) - 1 FROM customer)), 1 + floor(power(random(), 2) * 20),
    (ARRAY['sent', 'paid', 'returned', 'open', 'lost'])[1 + floor(power(random(), 5) * 5)]::order_status,
    timestamptz '2023-01-01 00:00:00+00' + i * interval '1 minute' / current_setting('fidelity.scale')::float,
    CASE WHEN random() < 0.9 THEN date '2023-01-01' + (i / (1500 * current_setting('fidelity.scale')::float))::int
      + floor(random() * 10)::int END,
    round((exp(random() * 8))::numeric, 2), CASE WHEN random() < 0.05 THEN 'leave it with neighbour ' || i END
  FROM generate_series(1, (1000000 * current_setting('fidelity.scale')::float)::int) i;
INSERT INTO order_line
  SELECT o, l, 1 + floor(power(random(), 3) * (SELECT count(*) - 1 FROM product)), 1 + floor(power(random(), 4) * 20),
    round((exp(random() * 6))::numeric, 2)
  FROM generate_series(1, (1000000 * current_setting('fidelity.scale')::float)::int) o, generate_series(1, 1 + (o % 3)) l;
INSERT INTO payment
  SELECT md5(o::text)::uuid, o, (ARRAY['card', 'transfer', 'paypal', 'cash'])[1 + floor(power(random(), 3) * 4)],
    random() * 500, CASE WHEN random() < 0.95 THEN timestamp '2023-01-01' + o * interval '1 minute' END, 'ref-' || md5(o::text)
  FROM generate_series(1, (800000 * current_setting('fidelity.scale')::float)::int) o;
INSERT INTO event
  SELECT timestamptz '2024-01-01 00:00:00+00' + random() * interval '360 days',
    1 + floor(power(random(), 3) * (SELECT count(*) - 1 FROM customer)),
    (ARRAY['view', 'click', 'search', 'cart', 'buy'])[1 + floor(power(random(), 2) * 5)],
    CASE WHEN random() < 0.4 THEN jsonb_build_object('page', floor(random() * 1000)) END, floor(random() * 100000)
  FROM generate_series(1, (1000000 * current_setting('fidelity.scale')::float)::int) i;
INSERT INTO review
  SELECT i, 1 + floor(power(random(), 3) * (SELECT count(*) - 1 FROM product)),
    1 + floor(random() * (SELECT count(*) - 1 FROM customer)), 5 - floor(power(random(), 3) * 5),
    repeat('good ' || i || ' ', 1 + (power(random(), 6) * 800)::int),
    to_tsvector('simple', 'word' || floor(power(random(), 3) * 300) || ' word' || floor(random() * 3000)),
    tstzrange(timestamptz '2023-01-01 00:00:00+00' + random() * interval '700 days',
      timestamptz '2025-01-01 00:00:00+00' + random() * interval '300 days')
  FROM generate_series(1, (300000 * current_setting('fidelity.scale')::float)::int) i;
VACUUM ANALYZE;
UPDATE orders SET status = 'lost' WHERE id % 1000 = 7;
DELETE FROM review WHERE id % 50 = 3;
