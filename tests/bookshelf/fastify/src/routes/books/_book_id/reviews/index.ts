import { Prisma } from '@prisma/client';
import type { FastifyInstance } from 'fastify';
import { prisma } from '../../../../database.js';
import { DuplicateReview } from '../../../../errors.js';
import { pageSchema, reviewSchema } from '../../../../schemas.js';

interface ReviewParams {
  book_id: number;
}

interface Page {
  limit: number;
  offset: number;
}

interface ReviewBody {
  rating: number;
  text: string;
}

export default async function reviews(fastify: FastifyInstance) {
  /** A page of a book's reviews. */
  fastify.get<{ Params: ReviewParams; Querystring: Page }>(
    '/',
    { schema: { querystring: pageSchema } },
    async (request, reply) => {
      const book = await prisma.book.findUnique({ where: { id: Number(request.params.book_id) } });
      if (!book) {
        return reply.notFound('The book does not exist.');
      }
      const { limit, offset } = request.query;
      return prisma.review.findMany({ where: { bookId: book.id }, take: limit, skip: offset, orderBy: { id: 'asc' } });
    },
  );

  fastify.post<{ Params: ReviewParams; Body: ReviewBody }>(
    '/',
    { onRequest: [fastify.authenticate], schema: { body: reviewSchema } },
    async (request, reply) => {
      const book = await prisma.book.findUnique({ where: { id: Number(request.params.book_id) } });
      if (!book) {
        return reply.notFound('The book does not exist.');
      }
      const { rating, text } = request.body;
      try {
        const review = await prisma.review.create({
          data: { rating, text, bookId: book.id, userId: request.user.id },
        });
        return reply.code(201).send(review);
      } catch (error) {
        if (error instanceof Prisma.PrismaClientKnownRequestError && error.code === 'P2002') {
          throw new DuplicateReview();
        }
        throw error;
      }
    },
  );
}
