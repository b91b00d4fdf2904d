import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { BooksModule } from '../books/books.module';
import { Review } from './review.entity';
import { ReviewsController } from './reviews.controller';

@Module({ imports: [TypeOrmModule.forFeature([Review]), BooksModule], controllers: [ReviewsController] })
export class ReviewsModule {}
