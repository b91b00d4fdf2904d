import { z } from 'zod';

export const bookSchema = z.object({
  title: z.string().min(1).max(200),
  authorId: z.number().int(),
});

export const reviewSchema = z.object({
  rating: z.number().int().min(1).max(5),
  text: z.string().max(5000),
});
