import type { FastifyInstance } from 'fastify';
import { prisma } from '../../database.js';
import { bookSchema, pageSchema } from '../../schemas.js';

interface Page {
  limit: number;
  offset: number;
}

interface BookBody {
  title: string;
  authorId: number;
}

export default async function books(fastify: FastifyInstance) {
  /** A page of books. */
  fastify.get<{ Querystring: Page }>('/', { schema: { summary: 'Books, a page at a time', querystring: pageSchema } }, async (request) => {
    const { limit, offset } = request.query;
    return prisma.book.findMany({ take: limit, skip: offset, orderBy: { id: 'asc' } });
  });

  fastify.post<{ Body: BookBody }>(
    '/',
    { onRequest: [fastify.authenticate], schema: { body: bookSchema } },
    async (request, reply) => {
      const { title, authorId } = request.body;
      const book = await prisma.book.create({ data: { title, authorId } });
      return reply.code(201).send(book);
    },
  );
}
