import type { FastifyInstance } from 'fastify';
import { prisma } from '../../database.js';

export default async function authors(fastify: FastifyInstance) {
  /** All authors. */
  fastify.get('/', async () => prisma.author.findMany({ orderBy: { name: 'asc' } }));
}
