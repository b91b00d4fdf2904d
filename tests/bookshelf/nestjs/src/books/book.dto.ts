import { IsInt, IsNotEmpty, IsString, MaxLength } from 'class-validator';

export class BookDto {
  @IsString()
  @IsNotEmpty()
  @MaxLength(200)
  title: string;

  @IsInt()
  authorId: number;
}
