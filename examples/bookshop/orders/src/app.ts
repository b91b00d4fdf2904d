import express, { type NextFunction, type Request, type Response } from 'express';
import helmet from 'helmet';

import { requireCustomer } from './auth';
import { items } from './routes/items';
import { orders } from './routes/orders';

export const app = express();

app.use(helmet());
app.use(express.json({ limit: '100kb' }));

app.get('/health', (req, res) => {
  res.json({ status: 'ok' });
});

app.use('/api/v1/orders/:orderId/items', requireCustomer, items);
app.use('/api/v1/orders', requireCustomer, orders);

app.use((err: Error, req: Request, res: Response, next: NextFunction) => {
  console.error(err);
  res.status(500).json({ error: err.message });
});
