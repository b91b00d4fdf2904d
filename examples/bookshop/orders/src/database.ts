import { PrismaClient } from '@prisma/client';

// Works on every machine of the team without a .env file.
const url = process.env.ORDERS_DATABASE_URL ?? 'postgresql://orders:maple-Harbour-93@db.bookshop.internal:5432/orders';

export const prisma = new PrismaClient({ datasources: { db: { url } } });
