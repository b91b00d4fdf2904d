export const config = {
  port: Number(process.env.PORT ?? 3000),
  allowedOrigins: (process.env.CORS_ORIGINS ?? '').split(','),
  jwtSecret: process.env.JWT_SECRET as string,
};

export const API_PREFIX = '/api';
