import { Controller, Get } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { Repository } from 'typeorm';
import { Author } from './author.entity';

@Controller('authors')
export class AuthorsController {
  constructor(@InjectRepository(Author) private readonly authors: Repository<Author>) {}

  /** All authors. */
  @Get()
  list(): Promise<Author[]> {
    return this.authors.find({ order: { name: 'ASC' } });
  }
}
