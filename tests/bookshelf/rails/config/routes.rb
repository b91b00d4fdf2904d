Rails.application.routes.draw do
  get "health", to: "health#show"

  namespace :api do
    resources :authors, only: :index
    resources :books, only: %i[index create]

    scope "books/:book_id" do
      get "/", to: "books#show", as: :book
      put "/", to: "books#update"
      delete "/", to: "books#destroy"

      draw :reviews
    end
  end
end
