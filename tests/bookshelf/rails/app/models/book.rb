class Book < ApplicationRecord
  belongs_to :author
  has_many :reviews, dependent: :destroy

  validates :title, presence: true, length: { maximum: 200 }
  validates :isbn, presence: true, uniqueness: true
end
