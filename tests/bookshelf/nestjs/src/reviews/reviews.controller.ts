import {
  Body,
  ConflictException,
  Controller,
  DefaultValuePipe,
  Get,
  Param,
  ParseIntPipe,
  Post,
  Query,
} from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { QueryFailedError, Repository } from 'typeorm';
import { CurrentUser, Members } from '../auth/authenticated.decorator';
import { BooksService } from '../books/books.service';
import { ReviewDto } from './review.dto';
import { Review } from './review.entity';

@Controller('books/:book_id/reviews')
export class ReviewsController {
  constructor(
    private readonly books: BooksService,
    @InjectRepository(Review) private readonly reviews: Repository<Review>,
  ) {}

  /** A page of a book's reviews. */
  @Get()
  async list(
    @Param('book_id', ParseIntPipe) bookId: number,
    @Query('limit', new DefaultValuePipe(20), ParseIntPipe) limit: number,
    @Query('offset', new DefaultValuePipe(0), ParseIntPipe) offset: number,
  ): Promise<Review[]> {
    const book = await this.books.read(bookId);
    return this.reviews.find({
      where: { bookId: book.id },
      take: Math.min(limit, 100),
      skip: offset,
      order: { id: 'ASC' },
    });
  }

  @Members()
  @Post()
  async create(
    @Param('book_id', ParseIntPipe) bookId: number,
    @CurrentUser() user: { id: number },
    @Body() data: ReviewDto,
  ): Promise<Review> {
    const book = await this.books.read(bookId);
    try {
      return await this.reviews.save(
        this.reviews.create({ bookId: book.id, userId: user.id, rating: data.rating, text: data.text }),
      );
    } catch (error) {
      if (error instanceof QueryFailedError) {
        throw new ConflictException('You have reviewed this book already.');
      }
      throw error;
    }
  }
}
