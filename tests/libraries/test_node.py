"""What calls of JavaScript data libraries and clients mean."""

import pytest

from persona_lsp.extract.file import extract
from persona_lsp.facts.body import Function

PRISMA = "import { PrismaClient } from '@prisma/client'; const prisma = new PrismaClient();\n"
SEQUELIZE = "const { Sequelize, Op } = require('sequelize');\n"
MONGOOSE = "const mongoose = require('mongoose');\n"
TYPEORM = "import { Repository } from 'typeorm';\n"
PG = "const { Pool } = require('pg'); const pool = new Pool();\n"
KNEX = "const knex = require('knex')({});\n"


def function(head: str, body: str) -> Function:
    source = f"{head}async function f(id, body, page) {{\n  {body}\n}}\n"
    extraction = extract("src/orders.ts", source.encode())
    assert extraction is not None
    return next(f for f in extraction.facts.functions if f.key == "f")


def asked(head: str, body: str) -> list[str]:
    """One line per query: library, operation, entity, and what is known of it."""
    lines: list[str] = []
    for query in function(head, body).queries:
        words = [query.library, query.op.value, query.entity or "?"]
        words += [w for w in ("many", "nullable", "in_parameters") if getattr(query, w)]
        if query.limited is False:
            words.append("unlimited")
        words += [f"keys={','.join(query.keys)}"] if query.keys else []
        words += [f"columns={','.join(query.columns)}"] if query.columns else []
        words += ["tx"] if query.site.tx >= 0 else []
        words += ["bound" if query.sql.bound else "sql"] if query.sql is not None else []
        lines.append(" ".join(words))
    return lines


CALLS = {
    PRISMA: {
        "await prisma.order.findMany()": ["prisma select order many unlimited"],
        "await prisma.order.findMany({ take: 10, where: { userId: id } })": ["prisma select order many keys=id"],
        "await prisma.order.findMany(options)": ["prisma select order many"],
        "await prisma.order.findUnique({ where: { id } })": ["prisma select order nullable keys=id"],
        "await prisma.order.findUniqueOrThrow({ where: { id } })": ["prisma select order keys=id"],
        "await prisma.order.findMany({ take: 9, where: { id: { in: ids } } })": [
            "prisma select order many in_parameters keys=ids"
        ],
        "await this.prisma.order.create({ data: { item: body.item, note } })": [
            "prisma insert order columns=item,note"
        ],
        "await prisma.order.upsert({ where: { id }, create: { a }, update: { b } })": [
            "prisma upsert order keys=id columns=a,b"
        ],
        "await prisma.order.deleteMany({ where: { id } })": ["prisma delete order many keys=id"],
        "await prisma.order.count()": ["prisma count order"],
        "await prisma.$transaction(async (tx) => { await tx.order.delete({ where: { id } }) })": [
            "prisma delete order keys=id tx"
        ],
        "await prisma.$queryRaw`select * from orders where id = ${id}`": ["prisma select ? many bound"],
        "await prisma.$queryRawUnsafe(`select * from orders where id = ${id}`)": ["prisma select ? many sql"],
        "array.find((x) => x)": [],
        "map.delete(id)": [],
    },
    SEQUELIZE: {
        "await Order.findAll()": ["sequelize select Order many unlimited"],
        "await Order.findAll({ where: { userId: id }, limit: 10 })": ["sequelize select Order many keys=id"],
        "await db.Order.findByPk(id)": ["sequelize select Order nullable keys=id"],
        "await Order.findOne({ where: { id }, rejectOnEmpty: true })": ["sequelize select Order keys=id"],
        "await Order.update({ a: 1 }, { where: { id } })": ["sequelize update Order keys=id columns=a"],
        "await Order.destroy({ where: { id } })": ["sequelize delete Order keys=id"],
        "await Order.create({ a, b })": ["sequelize insert Order columns=a,b"],
        "const order = await Order.findByPk(id); await order.update({ a: 1 })": [
            "sequelize select Order nullable keys=id",
            "sequelize update Order columns=a",
        ],
        "await sequelize.transaction(async (t) => { await Order.create({ a }, { transaction: t }) })": [
            "sequelize insert Order columns=a tx"
        ],
        "await sequelize.query(`select * from orders where id = ${id}`)": ["sequelize select ? many sql"],
        "Object.create({})": [],
    },
    MONGOOSE: {
        "await Order.find({ user: id })": ["mongoose select Order many unlimited keys=id"],
        "await Order.find().sort('x').limit(10).lean()": ["mongoose select Order many"],
        "await Order.findById(id).populate('user')": ["mongoose select Order nullable keys=id"],
        "await Order.findById(id).orFail()": ["mongoose select Order keys=id"],
        "await OrderModel.findByIdAndUpdate(id, { $set: { a: 1 } })": [
            "mongoose update Order nullable keys=id columns=a"
        ],
        "await Order.findByIdAndUpdate(id, { $set: { a: 1 }, $inc: { b: 1 } })": [
            "mongoose update Order nullable keys=id columns=a,b"
        ],
        "await Order.findOneAndUpdate({ id }, { a: 1 }, { upsert: true })": ["mongoose upsert Order keys=id columns=a"],
        "const order = new Order({ a: 1 }); await order.save()": ["mongoose insert Order columns=a"],
        "await db.collection('orders').find({}).toArray()": ["mongoose select orders many unlimited"],
        "await Order.countDocuments({ id })": ["mongoose count Order keys=id"],
        "await Order.find({ _id: { $in: ids } })": ["mongoose select Order many in_parameters unlimited keys=ids"],
        "await session.withTransaction(async () => { await Order.create({ a }) })": [
            "mongoose insert Order columns=a tx"
        ],
        "items.find((x) => x.id === id)": [],
        "Types.find(id)": [],
        "ListOrdersCommand.create({ page })": [],
        "OrderDto.create({ page })": [],
        "await OrderService.find({ page })": [],
        "GetOrdersQuery.create({ page })": [],
        "await SavedQuery.create({ a })": ["mongoose insert SavedQuery columns=a"],
    },
    TYPEORM: {
        "await orderRepository.find()": ["typeorm select Order many unlimited"],
        "await this.orderRepository.findOneBy({ id })": ["typeorm select Order nullable keys=id"],
        "await orderRepository.findOne({ where: { id }, relations: ['user'] })": [
            "typeorm select Order nullable keys=id"
        ],
        "await getRepository(Order).save(body)": ["typeorm upsert Order"],
        "await manager.update(Order, { id }, { a: 1 })": ["typeorm update Order keys=id columns=a"],
        "await orderRepository.increment({ id }, 'views', 1)": ["typeorm update Order keys=id columns=views"],
        "await orderRepository.createQueryBuilder('o').where('o.id = :id', { id }).getOne()": [
            "typeorm select Order nullable keys=id"
        ],
        "await orderRepository.createQueryBuilder('o').take(10).getMany()": ["typeorm select Order many"],
        "await dataSource.transaction(async (manager) => { await manager.save(Order, body) })": [
            "typeorm upsert Order tx"
        ],
    },
    PG: {
        "await pool.query('SELECT * FROM orders WHERE id = $1', [id])": ["node-sql select ? many keys=id sql"],
        "await pool.query('UPDATE orders SET views = views + 1 WHERE id = $1', [id])": [
            "node-sql update ? keys=id columns=views sql"
        ],
        "await pool.query({ text: 'DELETE FROM orders', values: [id] })": ["node-sql delete ? keys=id sql"],
        "const sql = `SELECT * FROM orders WHERE id = ${id}`; await client.query(sql)": ["node-sql select ? many sql"],
        "await client.query('BEGIN'); await client.query('DELETE FROM orders'); await client.query('COMMIT')": [
            "node-sql delete ? tx sql"
        ],
        "await db.oneOrNone('SELECT * FROM orders WHERE id = $1', id)": ["node-sql select ? nullable keys=id sql"],
        "await sql`select * from orders where id = ${id}`": ["node-sql select ? many bound"],
        "db.prepare('SELECT * FROM orders WHERE id = ?').get(id)": ["node-sql select ? nullable keys=id sql"],
        "await client.query('ls')": [],
        "document.querySelector('select')": [],
    },
    KNEX: {
        "await knex('orders').where({ id }).first()": ["node-sql select orders nullable keys=id"],
        "await knex('orders').select('*')": ["node-sql select orders many unlimited"],
        "await knex('orders').where('id', id).update({ a: 1 })": ["node-sql update orders keys=id columns=a"],
        "await knex('orders').insert({ a })": ["node-sql insert orders columns=a"],
        "await knex('orders').where({ id }).update({ a: 1 }).increment('b', 2)": [
            "node-sql update orders keys=id columns=a,b"
        ],
        "await knex('orders').where({ id }).update(body).increment('b')": ["node-sql update orders keys=id"],
        "await knex.raw(`select * from orders where id = ${id}`)": ["node-sql select ? many sql"],
        "await knex.transaction(async (trx) => { await trx('orders').del() })": ["node-sql delete orders tx"],
    },
}


@pytest.mark.parametrize(
    ("head", "body", "lines"), [(head, body, lines) for head, cases in CALLS.items() for body, lines in cases.items()]
)
def test_calls(head: str, body: str, lines: list[str]) -> None:
    assert asked(head, body) == lines


EFFECTS = {
    "await axios.get('https://x.example')": ["http"],
    "await fetch('https://x.example')": ["http"],
    "await transporter.sendMail({})": ["email"],
    "await stripe.paymentIntents.create({})": ["payment"],
    "await emailQueue.add('x', {})": ["queue"],
    "await producer.send({ topic: 'x' })": ["queue"],
    "await redis.set('a', 1)": ["cache"],
    "console.log('x')": ["log"],
    "this.logger.error('x')": ["log"],
    "req.log.info('x')": ["log"],
    "counter.inc()": ["metric"],
    "list.push(1)": [],
    "Math.log(2)": [],
}


@pytest.mark.parametrize(("body", "effects"), EFFECTS.items(), ids=list(EFFECTS))
def test_effects(body: str, effects: list[str]) -> None:
    assert [call.effect for call in function("", body).calls if call.effect] == effects
