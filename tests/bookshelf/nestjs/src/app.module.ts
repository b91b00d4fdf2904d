import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { AuthModule } from './auth/auth.module';
import { AuthorsModule } from './authors/authors.module';
import { BooksModule } from './books/books.module';
import { config } from './config';
import { HealthController } from './health.controller';
import { ReviewsModule } from './reviews/reviews.module';

@Module({
  imports: [
    TypeOrmModule.forRoot({ type: 'postgres', url: config.databaseUrl, autoLoadEntities: true }),
    AuthModule,
    AuthorsModule,
    BooksModule,
    ReviewsModule,
  ],
  controllers: [HealthController],
})
export class AppModule {}
