import type { FastifyInstance } from 'fastify';
import { prisma } from '../../../database.js';
import { bookSchema } from '../../../schemas.js';

interface BookParams {
  book_id: number;
}

interface BookBody {
  title: string;
  authorId: number;
}

export default async function book(fastify: FastifyInstance) {
  fastify.get<{ Params: BookParams }>('/', async (request, reply) => {
    const found = await prisma.book.findUnique({ where: { id: Number(request.params.book_id) } });
    if (!found) {
      return reply.notFound('The book does not exist.');
    }
    return found;
  });

  fastify.route<{ Params: BookParams; Body: BookBody }>({
    method: 'PUT',
    url: '/',
    onRequest: [fastify.authenticate],
    schema: { body: bookSchema },
    handler: async (request) => {
      const id = Number(request.params.book_id);
      const found = await prisma.book.findUnique({ where: { id } });
      if (!found) {
        throw fastify.httpErrors.notFound('The book does not exist.');
      }
      const { title, authorId } = request.body;
      return prisma.book.update({ where: { id }, data: { title, authorId } });
    },
  });

  fastify.delete<{ Params: BookParams }>('/', { onRequest: [fastify.authenticate] }, async (request, reply) => {
    const { count } = await prisma.book.deleteMany({ where: { id: Number(request.params.book_id) } });
    if (count === 0) {
      return reply.notFound('The book does not exist.');
    }
    return reply.code(204).send();
  });
}
