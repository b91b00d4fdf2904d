import { Router } from 'express';

import { prisma } from '../database';

export const items = Router({ mergeParams: true });

/** Lists what an order contains. */
items.get('/', async (req, res, next) => {
  try {
    const found = await prisma.item.findMany({
      where: { orderId: req.params.orderId, order: { customerId: res.locals.customerId } },
      take: 100,
    });
    res.json(found);
  } catch (error) {
    next(error);
  }
});

/** Changes one item of an order, its quantity for example. */
items.patch('/:itemId', async (req, res, next) => {
  try {
    const { count } = await prisma.item.updateMany({
      where: {
        id: req.params.itemId,
        orderId: req.params.orderId,
        order: { customerId: res.locals.customerId, status: 'open' },
      },
      data: req.body,
    });
    if (count === 0) {
      return res.json({ error: 'No such item in this order.' });
    }
    res.sendStatus(204);
  } catch (error) {
    next(error);
  }
});
