"""One module per description format (OpenAPI, SQL migrations, Prisma schema): source to facts."""
