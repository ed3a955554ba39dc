/**
 * Everything of the board lives in one schema of its own; whatever else a user's database holds is never touched. It is
 * made under another name and renamed at the end, so that readers of the old data wait for moments only.
 */
export const schema = "dashd_board";
export const schemaInTheMaking = "dashd_board_next";

/** Raised when the tables or what fills them change: data of another version are made anew. */
export const dataVersion = 1;

/** `%` stands for the schema. Times are the local wall clock; money is in fen. */
export const createTables = `
create table %.marker (version int not null, anchor_day date not null, made_at timestamptz not null default now());
create table %.stores (id int primary key, region text not null, name_en text not null, name_zh text not null);
create table %.products (
  id int primary key, category_id int not null, name_en text not null, name_zh text not null, price_cents int not null);
create table %.stock (
  store_id int not null, product_id int not null, level int not null, reorder_at int not null, sold_per_day real not null);
create table %.orders (
  id bigint not null, store_id int not null, at timestamp not null, total_cents int not null, refund_cents int not null);
create table %.order_lines (
  order_id bigint not null, store_id int not null, at timestamp not null, product_id int not null,
  category_id int not null, quantity int not null, amount_cents int not null);
create table %.day_sales (
  day date not null, store_id int not null, orders int not null, sales_cents bigint not null, returned int not null,
  primary key (day, store_id));
create table %.day_categories (
  day date not null, store_id int not null, category_id int not null, units int not null, sales_cents bigint not null,
  primary key (day, store_id, category_id));
`;

/** Filled in sums per day, which a page over weeks reads instead of 100,000 orders; then the indexes. */
export const finishTables = `
insert into %.day_sales
  select at::date, store_id, count(*), sum(total_cents), count(*) filter (where refund_cents > 0)
  from %.orders group by 1, 2;
insert into %.day_categories
  select at::date, store_id, category_id, sum(quantity), sum(amount_cents) from %.order_lines group by 1, 2, 3;
alter table %.orders add primary key (id);
create index on %.orders (at);
create index on %.order_lines (at);
alter table %.stock add primary key (store_id, product_id);
analyze %.stores, %.products, %.stock, %.orders, %.order_lines, %.day_sales, %.day_categories;
`;
