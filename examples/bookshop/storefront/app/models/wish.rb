class Wish < ApplicationRecord
  belongs_to :customer

  validates :book_id, presence: true, uniqueness: { scope: :customer_id }
end
