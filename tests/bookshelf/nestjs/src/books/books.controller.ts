import {
  Body,
  Controller,
  DefaultValuePipe,
  Delete,
  Get,
  HttpCode,
  HttpStatus,
  Param,
  ParseIntPipe,
  Post,
  Put,
  Query,
} from '@nestjs/common';
import { Members } from '../auth/authenticated.decorator';
import { BookDto } from './book.dto';
import { Book } from './book.entity';
import { BooksService } from './books.service';

@Controller('books')
export class BooksController {
  constructor(private readonly books: BooksService) {}

  /** A page of books. */
  @Get()
  list(
    @Query('limit', new DefaultValuePipe(20), ParseIntPipe) limit: number,
    @Query('offset', new DefaultValuePipe(0), ParseIntPipe) offset: number,
  ): Promise<Book[]> {
    return this.books.page(limit, offset);
  }

  @Members()
  @Post()
  create(@Body() data: BookDto): Promise<Book> {
    return this.books.create(data);
  }

  @Get(':book_id')
  read(@Param('book_id', ParseIntPipe) bookId: number): Promise<Book> {
    return this.books.read(bookId);
  }

  @Members()
  @Put(':book_id')
  replace(@Param('book_id', ParseIntPipe) bookId: number, @Body() data: BookDto): Promise<Book> {
    return this.books.replace(bookId, data);
  }

  @Members()
  @Delete(':book_id')
  @HttpCode(HttpStatus.NO_CONTENT)
  remove(@Param('book_id', ParseIntPipe) bookId: number): Promise<void> {
    return this.books.remove(bookId);
  }
}
