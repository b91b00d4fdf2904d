import { Router } from 'express';
import { z } from 'zod';

import { prisma } from '../database';

export const orders = Router();

const NewOrder = z.object({
  bookId: z.number().int(),
  quantity: z.number().int().min(1).max(99),
});

/** Lists the orders of the customer, the newest first: all, or those in one `status`. */
orders.get('/', async (req, res, next) => {
  try {
    const found = await prisma.order.findMany({
      where: { customerId: res.locals.customerId, status: req.params.status },
      orderBy: { createdAt: 'desc' },
      take: 50,
    });
    res.json(found);
  } catch (error) {
    next(error);
  }
});

/** Places an order. */
orders.post('/', async (req, res, next) => {
  const parsed = NewOrder.safeParse(req.body);
  if (!parsed.success) {
    return res.status(400).json({ error: parsed.error.flatten() });
  }
  const { bookId, quantity } = parsed.data;
  try {
    const order = await prisma.order.create({ data: { customerId: res.locals.customerId } });
    await prisma.item.create({ data: { orderId: order.id, bookId, quantity } });
    res.status(201).location(`/api/v1/orders/${order.id}`).json(order);
  } catch (error) {
    next(error);
  }
});

/** Reads one order. */
orders.get('/:orderId', async (req, res, next) => {
  try {
    const order = await prisma.order.findFirst({
      where: { id: req.params.orderId, customerId: res.locals.customerId },
      include: { items: true },
    });
    if (!order) {
      res.status(404).json({ error: 'No such order.' });
    }
    res.json({ id: order.id, status: order.status, items: order.items.length });
  } catch (error) {
    next(error);
  }
});

/** Cancels an order that has not been sent. */
orders.post('/:orderId/cancel', async (req, res) => {
  const { count } = await prisma.order.updateMany({
    where: { id: req.params.orderId, customerId: res.locals.customerId, status: 'open' },
    data: { status: 'cancelled', reason: req.body.reason },
  });
  if (count === 0) {
    return res.status(409).json({ error: 'This order cannot be cancelled any more.' });
  }
  res.json({ status: 'cancelled' });
});
