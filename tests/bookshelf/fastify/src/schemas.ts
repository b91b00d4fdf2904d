export const pageSchema = {
  type: 'object',
  properties: {
    limit: { type: 'integer', minimum: 1, maximum: 100, default: 20 },
    offset: { type: 'integer', minimum: 0, default: 0 },
  },
} as const;

export const bookSchema = {
  type: 'object',
  required: ['title', 'authorId'],
  additionalProperties: false,
  properties: {
    title: { type: 'string', minLength: 1, maxLength: 200 },
    authorId: { type: 'integer' },
  },
} as const;

export const reviewSchema = {
  type: 'object',
  required: ['rating', 'text'],
  additionalProperties: false,
  properties: {
    rating: { type: 'integer', minimum: 1, maximum: 5 },
    text: { type: 'string', maxLength: 5000 },
  },
} as const;
