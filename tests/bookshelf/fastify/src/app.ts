import autoload from '@fastify/autoload';
import cors from '@fastify/cors';
import sensible from '@fastify/sensible';
import Fastify, { type FastifyInstance } from 'fastify';
import { join } from 'node:path';
import { API_PREFIX, config } from './config.js';
import { DuplicateReview } from './errors.js';
import auth from './plugins/auth.js';

export async function buildApp(): Promise<FastifyInstance> {
  const app = Fastify({ logger: true });

  await app.register(cors, { origin: config.allowedOrigins });
  await app.register(sensible);
  await app.register(auth);

  app.setErrorHandler((error, _request, reply) => {
    if (error instanceof DuplicateReview) {
      return reply.code(409).send({ error: 'You have reviewed this book already.' });
    }
    return reply.send(error);
  });

  /** Whether the service runs. */
  app.get('/health', async () => ({ status: 'ok' }));

  await app.register(autoload, {
    dir: join(import.meta.dirname, 'routes'),
    routeParams: true,
    options: { prefix: API_PREFIX },
  });

  return app;
}
