import cors from 'cors';
import express from 'express';
import helmet from 'helmet';
import { API_PREFIX, config } from './config.js';
import { answerErrors } from './middleware/error-handler.js';
import routes from './routes/index.js';

export const app = express();

app.use(helmet());
app.use(cors({ origin: config.allowedOrigins }));
app.use(express.json());

/** Whether the service runs. */
app.get('/health', (_req, res) => {
  res.json({ status: 'ok' });
});

app.use(API_PREFIX, routes);

app.use(answerErrors);
