resources :reviews, only: %i[index create]
