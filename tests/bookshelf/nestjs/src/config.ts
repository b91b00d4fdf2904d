export const config = {
  port: Number(process.env.PORT ?? 3000),
  allowedOrigins: (process.env.CORS_ORIGINS ?? '').split(','),
  jwtSecret: process.env.JWT_SECRET as string,
  databaseUrl: process.env.DATABASE_URL as string,
};

export const API_PREFIX = 'api';

export class DuplicateKeyError extends Error {}
