import { Injectable, NotFoundException } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { Repository } from 'typeorm';
import { BookDto } from './book.dto';
import { Book } from './book.entity';

@Injectable()
export class BooksService {
  constructor(@InjectRepository(Book) private readonly books: Repository<Book>) {}

  page(limit: number, offset: number): Promise<Book[]> {
    return this.books.find({ take: Math.min(limit, 100), skip: offset, order: { id: 'ASC' } });
  }

  async read(id: number): Promise<Book> {
    const book = await this.books.findOneBy({ id });
    if (!book) {
      throw new NotFoundException('The book does not exist.');
    }
    return book;
  }

  create(data: BookDto): Promise<Book> {
    return this.books.save(this.books.create({ title: data.title, authorId: data.authorId }));
  }

  async replace(id: number, data: BookDto): Promise<Book> {
    const book = await this.read(id);
    book.title = data.title;
    book.authorId = data.authorId;
    return this.books.save(book);
  }

  async remove(id: number): Promise<void> {
    const book = await this.read(id);
    await this.books.remove(book);
  }
}
