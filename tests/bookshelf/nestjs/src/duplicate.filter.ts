import { ArgumentsHost, Catch, ExceptionFilter } from '@nestjs/common';
import { Response } from 'express';
import { DuplicateKeyError } from './config';

@Catch(DuplicateKeyError)
export class DuplicateFilter implements ExceptionFilter {
  catch(_error: DuplicateKeyError, host: ArgumentsHost): void {
    host.switchToHttp().getResponse<Response>().status(409).json({ error: 'It is there already.' });
  }
}
