import { expressjwt } from 'express-jwt';
import { config } from '../config.js';

export const requireUser = expressjwt({ secret: config.jwtSecret, algorithms: ['HS256'] });
