import { ValidationPipe } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { AppModule } from './app.module';
import { API_PREFIX, config } from './config';
import { DuplicateFilter } from './duplicate.filter';

async function bootstrap(): Promise<void> {
  const app = await NestFactory.create(AppModule);
  app.setGlobalPrefix(API_PREFIX, { exclude: ['health'] });
  app.useGlobalPipes(new ValidationPipe({ whitelist: true, errorHttpStatusCode: 422 }));
  app.useGlobalFilters(new DuplicateFilter());
  app.enableCors({ origin: config.allowedOrigins });
  await app.listen(config.port);
}

void bootstrap();
