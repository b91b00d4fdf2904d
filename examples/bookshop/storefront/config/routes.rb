Rails.application.routes.draw do
  get "up", to: "rails/health#show"

  namespace :api do
    namespace :v1 do
      resource :account, only: %i[show update]
      resources :wishes, only: %i[index create update destroy]

      get "cart", to: "carts#show"
      get "cart/clear", to: "carts#clear"
      post "cart/items", to: "carts#add"
      delete "cart/items/:id", to: "carts#remove"
      get "cart", to: "carts#summary"
    end
  end
end
