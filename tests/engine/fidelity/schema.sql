-- Ten tables of a shop, with the kinds of columns and indexes that plans depend on.
CREATE TYPE order_status AS ENUM ('open', 'paid', 'sent', 'returned', 'lost');
CREATE TABLE country (id int PRIMARY KEY, code char(2) NOT NULL UNIQUE, name text NOT NULL);
CREATE TABLE warehouse (id int PRIMARY KEY, city text NOT NULL, country_id int NOT NULL REFERENCES country);
CREATE TABLE category (id int PRIMARY KEY, parent_id int REFERENCES category, name text NOT NULL);
CREATE TABLE customer (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, email varchar(120) NOT NULL, country_id int NOT NULL REFERENCES country,
  city text NOT NULL, segment smallint NOT NULL, newsletter boolean NOT NULL, created_at timestamptz NOT NULL,
  credit numeric(10, 2), referrer_id bigint REFERENCES customer);
CREATE UNIQUE INDEX customer_email ON customer (lower(email));
CREATE INDEX customer_country ON customer (country_id, city);
CREATE INDEX customer_referrer ON customer (referrer_id) WHERE referrer_id IS NOT NULL;
CREATE STATISTICS customer_place (ndistinct, dependencies, mcv) ON country_id, city FROM customer;
CREATE TABLE product (
  id serial PRIMARY KEY, category_id int NOT NULL REFERENCES category, sku text NOT NULL UNIQUE, price numeric(8, 2) NOT NULL,
  weight real, tags text[] NOT NULL, attributes jsonb NOT NULL);
CREATE INDEX product_category_price ON product (category_id, price DESC);
CREATE INDEX product_price ON product (price);
CREATE INDEX product_tags ON product USING gin (tags);
CREATE TABLE orders (
  id bigserial PRIMARY KEY, customer_id bigint NOT NULL REFERENCES customer, warehouse_id int NOT NULL REFERENCES warehouse,
  status order_status NOT NULL, placed_at timestamptz NOT NULL, shipped_on date, total numeric(12, 2) NOT NULL, note text);
CREATE INDEX orders_customer ON orders (customer_id, placed_at);
CREATE INDEX orders_placed ON orders (placed_at);
CREATE INDEX orders_open ON orders (warehouse_id, placed_at) WHERE status = 'open';
CREATE INDEX orders_shipped ON orders (shipped_on);
CREATE TABLE order_line (
  order_id bigint NOT NULL REFERENCES orders, line int NOT NULL, product_id int NOT NULL REFERENCES product,
  quantity int NOT NULL, price numeric(8, 2) NOT NULL, PRIMARY KEY (order_id, line));
CREATE INDEX order_line_product ON order_line (product_id) INCLUDE (quantity);
CREATE TABLE payment (
  id uuid PRIMARY KEY, order_id bigint NOT NULL UNIQUE REFERENCES orders, method text NOT NULL, amount double precision NOT NULL,
  paid_at timestamp, reference text NOT NULL);
CREATE INDEX payment_reference ON payment USING hash (reference);
CREATE INDEX payment_method ON payment (method, paid_at);
CREATE TABLE event (at timestamptz NOT NULL, customer_id bigint NOT NULL, kind text NOT NULL, payload jsonb, session int NOT NULL)
  PARTITION BY RANGE (at);
CREATE TABLE event_1 PARTITION OF event FOR VALUES FROM ('2024-01-01') TO ('2024-04-01');
CREATE TABLE event_2 PARTITION OF event FOR VALUES FROM ('2024-04-01') TO ('2024-07-01');
CREATE TABLE event_3 PARTITION OF event FOR VALUES FROM ('2024-07-01') TO ('2024-10-01');
CREATE TABLE event_4 PARTITION OF event FOR VALUES FROM ('2024-10-01') TO ('2025-01-01');
CREATE INDEX event_customer ON event (customer_id, at);
CREATE INDEX event_at ON event USING brin (at);
CREATE TABLE review (
  id int PRIMARY KEY, product_id int NOT NULL REFERENCES product, customer_id bigint NOT NULL REFERENCES customer,
  rating smallint NOT NULL CHECK (rating BETWEEN 1 AND 5), body text NOT NULL, words tsvector, shown tstzrange NOT NULL);
CREATE INDEX review_product ON review (product_id, rating);
CREATE INDEX review_customer ON review (customer_id);
CREATE INDEX review_words ON review USING gin (words);
CREATE INDEX review_shown ON review USING gist (shown);
