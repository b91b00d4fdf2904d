class Review < ApplicationRecord
  belongs_to :book
  belongs_to :user

  validates :rating, inclusion: 1..5

  # The unique index decides: two requests at once cannot both pass.
  def self.post(book, user, attributes)
    create!(attributes.merge(book: book, user: user))
  rescue ActiveRecord::RecordNotUnique
    raise DuplicateReview, "one review per book and reader"
  end
end
