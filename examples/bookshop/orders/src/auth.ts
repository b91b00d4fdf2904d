import type { NextFunction, Request, Response } from 'express';
import jwt from 'jsonwebtoken';

const secret = process.env.JWT_SECRET as string;

export function requireCustomer(req: Request, res: Response, next: NextFunction) {
  const token = req.headers.authorization?.replace(/^Bearer /, '');
  if (!token) {
    return res.status(401).json({ error: 'Please sign in.' });
  }
  try {
    const claims = jwt.verify(token, secret) as jwt.JwtPayload;
    res.locals.customerId = claims.sub;
  } catch {
    return res.status(401).json({ error: 'Please sign in again.' });
  }
  next();
}
