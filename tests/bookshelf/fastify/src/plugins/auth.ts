import jwt from '@fastify/jwt';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import fp from 'fastify-plugin';
import { config } from '../config.js';

export default fp(async (fastify: FastifyInstance) => {
  await fastify.register(jwt, { secret: config.jwtSecret });

  fastify.decorate('authenticate', async (request: FastifyRequest, _reply: FastifyReply) => {
    await request.jwtVerify();
  });
});
