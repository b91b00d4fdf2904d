class CartItem < ApplicationRecord
  belongs_to :customer

  validates :quantity, numericality: { only_integer: true, in: 1..99 }
end
