Rails.application.config.middleware.insert_before 0, Rack::Cors do
  allow do
    origins "https://bookshelf.example.com"
    resource "/api/*", headers: :any, methods: [:get, :post, :put, :delete]
  end
end
